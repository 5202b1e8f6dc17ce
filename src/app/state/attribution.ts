// The attribution worker, started with the first model that has an index, and the adapters' indexes that are open in it.
import type { AttributionService, IndexSummary } from '../../attribution/index.ts';
import type { Remote } from '../../lib/rpc.ts';
import { createIndexOpener } from '../../workflows/answers/createIndexOpener.ts';
import { type AdapterChoice, adapterBytes } from './adapters.ts';
import { engineWith, loadingSignal } from './engine.ts';
import { lazyWorker } from './workers.ts';

const worker = lazyWorker<AttributionService>(
  'attribution',
  () =>
    new Worker(new URL('../../../workers/attribution.ts', import.meta.url), { type: 'module', name: 'attribution' }),
);

export function attribution(): Remote<AttributionService> {
  return worker.remote();
}

const indexes = createIndexOpener<AdapterChoice>({
  get attribution() {
    return attribution();
  },
  // Whoever stops loading the model wants no index for it either.
  adapterBytes: (adapter, name) => adapterBytes(adapter, name, loadingSignal(adapter.modelId)),
  async encodeRows(adapter, rows) {
    // The tokenizer of another model would give other tokens, and with them verbatim matches that are not there.
    return await (await engineWith(adapter.modelId)).encodeRows({ rows });
  },
});

/** The adapter's index, open in the worker. `signal` ends the waiting. Throws what reading, encoding and opening throw. */
export function openIndex(adapter: AdapterChoice, signal?: AbortSignal): Promise<IndexSummary> {
  return indexes.open(adapter, signal);
}
