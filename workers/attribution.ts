// The attribution worker: Proof of Attribution behind typed calls.
import { createAttributionService } from '../src/attribution/index.ts';
import { type Channel, expose } from '../src/lib/rpc.ts';

expose(createAttributionService(), globalThis as unknown as Channel);
