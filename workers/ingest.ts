// The worker that reads and checks files, so that a large one does not hold up the page.
import { createIngestService } from '../src/datanet/index.ts';
import { type Channel, expose } from '../src/lib/rpc.ts';

expose(createIngestService(), self as unknown as Channel);
