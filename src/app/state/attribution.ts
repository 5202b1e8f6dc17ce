// The attribution worker, started by the first answer that is attributed.
import type { AttributionService } from '../../attribution/index.ts';
import type { Remote } from '../../lib/rpc.ts';
import { lazyWorker } from './workers.ts';

const worker = lazyWorker<AttributionService>(
  'attribution',
  () =>
    new Worker(new URL('../../../workers/attribution.ts', import.meta.url), { type: 'module', name: 'attribution' }),
);

export function attribution(): Remote<AttributionService> {
  return worker.remote();
}
