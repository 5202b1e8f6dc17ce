// The residual stream after the embedding and after every layer, for tests and for inspecting a model.
import type { Tensor } from '../backend.ts';
import { add } from '../kernels/add/add.ts';
import { createKVCache } from '../kvCache/createKVCache.ts';
import { NO_ADAPTER } from './createAdapterTable.ts';
import { createActivations, decoderCalls, uploadRows } from './decoderCalls.ts';
import type { LoadedModel } from './decoderWeights.ts';

/** f32 [layers + 1, ids.length, hidden] row-major: 0 after the embedding, i after layer i, before the final norm. */
export async function observeLayers(model: LoadedModel, ids: readonly number[]): Promise<Float32Array<ArrayBuffer>> {
  const { backend, config } = model;
  const cache = createKVCache(model);
  const { activations, tensors } = createActivations(model, ids.length);
  const size = ids.length * config.hiddenSize;
  const seen = Array.from(
    { length: config.layerCount + 1 },
    (_, layer): Tensor => backend.createTensor(`stream after ${layer}`, 'f32', size),
  );
  const owned = [...tensors, ...seen];
  try {
    const plan = await backend.record(
      'observe',
      decoderCalls(model, activations, cache, {
        // New tensors are zero, so adding copies.
        afterLayer: (layer) => [add(activations.x, seen[layer] as Tensor, config.hiddenSize)],
      }),
    );
    const { slot, reserve } = cache.openSequence();
    await reserve(ids.length);
    uploadRows(
      backend,
      activations,
      ids.map((id, position) => ({ id, position, slot, adapter: NO_ADAPTER })),
    );
    backend.submit(plan, { rows: ids.length });
    const result = new Float32Array(seen.length * size);
    for (const [layer, tensor] of seen.entries())
      result.set((await backend.download(tensor)) as Float32Array, layer * size);
    backend.destroyPlan(plan);
    return result;
  } finally {
    for (const tensor of owned) backend.destroyTensor(tensor);
    cache.destroy();
  }
}
