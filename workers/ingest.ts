// The worker that reads and checks files, so that a large one does not hold up the page.
import { checkRows, type IngestService, parseRows, readRows } from '../src/datanet/index.ts';
import { type Channel, expose } from '../src/lib/rpc.ts';

const service: IngestService = {
  parse: (request, { signal, progress }) => parseRows(request, { signal, onProgress: progress }),
  read: (request, { signal, progress }) => readRows(request, { signal, onProgress: progress }),
  check: (request, { signal, progress }) => checkRows(request, { signal, onProgress: progress }),
};

expose(service, self as unknown as Channel);
