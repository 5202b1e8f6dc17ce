// The ingest worker: parsing and checking files of rows away from the page. Started by the first file.

import type { IngestService } from '../../datanet/index.ts';
import type { Remote } from '../../lib/rpc.ts';
import { lazyWorker } from './workers.ts';

const worker = lazyWorker<IngestService>(
  'ingest',
  () => new Worker(new URL('../../../workers/ingest.ts', import.meta.url), { type: 'module', name: 'ingest' }),
);

export function ingest(): Remote<IngestService> {
  return worker.remote();
}
