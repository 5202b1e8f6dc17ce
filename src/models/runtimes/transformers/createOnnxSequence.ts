// One sequence on a decoder of Transformers.js: ids in, logits out, keys and values kept between. The graph is called as
// `model.generate` calls it, one step at a time, so that what is sampled and when it stops is decided here.
import type { DynamicCache, PreTrainedModel, Tensor } from '@huggingface/transformers';
import type { Sequence } from '../../../engine/index.ts';

/** The names of the library that are used, which the caller has loaded. */
export interface OnnxLibrary {
  readonly DynamicCache: typeof DynamicCache;
  readonly Tensor: typeof Tensor;
}

/** A reader over `model`. It cannot be cut back: `truncate` to less than everything forgets everything. */
export function createOnnxSequence(library: OnnxLibrary, model: PreTrainedModel, contextLength: number): Sequence {
  let ids: number[] = [];
  let cache = new library.DynamicCache();
  const integers = (values: readonly number[]): Tensor =>
    new library.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  return {
    get ids() {
      return ids;
    },
    contextLength,
    truncate(length) {
      if (length >= ids.length) return;
      ids = [];
      // Tensors on the GPU are freed; nothing waits for it.
      void cache.dispose();
      cache = new library.DynamicCache();
    },
    async forward(newIds, { signal }) {
      signal?.throwIfAborted();
      const total = ids.length + newIds.length;
      const outputs = (await model({
        input_ids: integers(newIds),
        attention_mask: integers(new Array<number>(total).fill(1)),
        past_key_values: cache,
        // Graphs that have this input compute the last logits alone.
        num_logits_to_keep: new library.Tensor('int64', BigInt64Array.of(1n), [1]),
      })) as Record<string, Tensor>;
      const present = Object.entries(outputs).filter(([name]) => name.startsWith('present'));
      cache.update(
        Object.fromEntries(present.map(([name, tensor]) => [name.replace('present', 'past_key_values'), tensor])),
      );
      ids.push(...newIds);
      const last = outputs['logits']?.slice(null, -1, null).to('float32');
      signal?.throwIfAborted();
      return Float32Array.from((last?.data ?? []) as Float32Array);
    },
  };
}
