// The forward pass of a decoder as a flat list of operator calls over a batch of rows with a key-value cache. The same list
// serves one decode step (capacity 1) and a prefill chunk.
import type { Backend, OperatorCall, Tensor } from '../backend.ts';
import { addBias } from '../kernels/addBias/addBias.ts';
import { attention } from '../kernels/attention/attention.ts';
import { embeddingGather } from '../kernels/embeddingGather/embeddingGather.ts';
import { linear } from '../kernels/linear/linear.ts';
import { rmsNorm } from '../kernels/rmsNorm/rmsNorm.ts';
import { rope } from '../kernels/rope/rope.ts';
import { swiGlu } from '../kernels/swiGlu/swiGlu.ts';
import { writeCache } from '../kernels/writeCache/writeCache.ts';
import type { LinearModule, LoadedModel } from './decoderWeights.ts';
import { adaptedLinear, type DeviceAdapter } from './deviceAdapter.ts';

/** Keys and values of every layer: f32 [contextLength, keyValueHeads * headDimension] each. */
export interface KeyValueCache {
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
}

/** Inputs and intermediate results of a batch of at most `capacity` rows. */
export interface Activations {
  readonly capacity: number;
  /** u32 [4]: active rows in word 0. */
  readonly step: Tensor;
  readonly ids: Tensor;
  readonly positions: Tensor;
  readonly spans: Tensor;
  /** The residual stream, f32 [capacity, hidden]. */
  readonly x: Tensor;
  readonly normed: Tensor;
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  /** Only with query and key norms. */
  readonly normedQ: Tensor;
  readonly normedK: Tensor;
  readonly attended: Tensor;
  readonly gate: Tensor;
  readonly up: Tensor;
  readonly activated: Tensor;
}

export function createCache(model: LoadedModel): { cache: KeyValueCache; tensors: Tensor[] } {
  const { config, contextLength, backend } = model;
  const width = config.keyValueHeadCount * config.headDimension;
  const make = (name: string): Tensor[] =>
    model.layers.map((_, layer) => backend.createTensor(`cache ${name} ${layer}`, 'f32', contextLength * width));
  const cache = { keys: make('keys'), values: make('values') };
  return { cache, tensors: [...cache.keys, ...cache.values] };
}

export function createActivations(
  model: LoadedModel,
  capacity: number,
): { activations: Activations; tensors: Tensor[] } {
  const { config, backend } = model;
  const queries = config.headCount * config.headDimension;
  const keys = config.keyValueHeadCount * config.headDimension;
  const tensors: Tensor[] = [];
  const own = (tensor: Tensor): Tensor => {
    tensors.push(tensor);
    return tensor;
  };
  const floats = (name: string, columns: number): Tensor =>
    own(backend.createTensor(`${name} x${capacity}`, 'f32', capacity * columns));
  const words = (name: string, length: number): Tensor =>
    own(backend.createTensor(`${name} x${capacity}`, 'u32', length));
  const activations: Activations = {
    capacity,
    step: words('step', 4),
    ids: words('ids', capacity),
    positions: words('positions', capacity),
    spans: words('spans', 2 * capacity),
    x: floats('x', config.hiddenSize),
    normed: floats('normed', config.hiddenSize),
    q: floats('q', queries),
    k: floats('k', keys),
    v: floats('v', keys),
    normedQ: floats('normed q', config.queryKeyNorm ? queries : 1),
    normedK: floats('normed k', config.queryKeyNorm ? keys : 1),
    attended: floats('attended', queries),
    gate: floats('gate', config.intermediateSize),
    up: floats('up', config.intermediateSize),
    activated: floats('activated', config.intermediateSize),
  };
  return { activations, tensors };
}

/** Inputs of the batch's rows: ids, positions, and the keys that each row sees. */
export function uploadRows(
  backend: Backend,
  activations: Activations,
  ids: readonly number[],
  start: number,
  slidingWindow: number | undefined,
): void {
  const rows = ids.length;
  const positions = Uint32Array.from({ length: rows }, (_, row) => start + row);
  const spans = new Uint32Array(2 * rows);
  for (const [row, position] of positions.entries()) {
    spans[2 * row] = slidingWindow === undefined ? 0 : Math.max(0, position + 1 - slidingWindow);
    spans[2 * row + 1] = position + 1;
  }
  backend.upload(activations.step, Uint32Array.of(rows, 0, 0, 0));
  backend.upload(activations.ids, Uint32Array.from(ids));
  backend.upload(activations.positions, positions);
  backend.upload(activations.spans, spans);
}

export interface DecoderCallOptions {
  readonly adapter?: DeviceAdapter | undefined;
  /** f32 [capacity, rank], needed with an adapter. */
  readonly adapterScratch?: Tensor | undefined;
  /** Extra calls after the embedding (0) and after each layer (1 ...): tests watch the residual stream. */
  readonly afterLayer?: ((layersDone: number) => readonly OperatorCall[]) | undefined;
}

/** From token ids to the residual stream before the final norm, writing keys and values into the cache. */
export function decoderCalls(
  model: LoadedModel,
  activations: Activations,
  cache: KeyValueCache,
  options: DecoderCallOptions = {},
): OperatorCall[] {
  const { config } = model;
  const { capacity, step, ids, positions, spans, x, normed, q, k, v, normedQ, normedK, attended } = activations;
  const { gate, up, activated } = activations;
  const { headCount: heads, keyValueHeadCount: keyValueHeads, headDimension, rmsNormEpsilon: epsilon } = config;
  const width = keyValueHeads * headDimension;
  const calls: OperatorCall[] = [...embeddingGather(ids, model.embedding, x), ...(options.afterLayer?.(0) ?? [])];

  for (const [index, layer] of model.layers.entries()) {
    const project = (module: LinearModule, input: Tensor, output: Tensor, accumulate = false): void => {
      const factors = options.adapter?.layers[index]?.[module];
      // Without factors the scratch is never bound.
      const scratch = options.adapterScratch ?? output;
      calls.push(
        ...adaptedLinear(layer.linear[module], factors, { x: input, y: output, scratch }, capacity, { accumulate }),
      );
      const bias = layer.bias[module];
      if (bias !== undefined) calls.push(addBias(bias, output));
    };
    const keyCache = cache.keys[index];
    const valueCache = cache.values[index];
    if (keyCache === undefined || valueCache === undefined) continue;

    calls.push(rmsNorm(x, layer.inputNorm, normed, { epsilon }));
    project('q_proj', normed, q);
    project('k_proj', normed, k);
    project('v_proj', normed, v);
    let query = q;
    let key = k;
    if (layer.queryNorm !== undefined && layer.keyNorm !== undefined) {
      calls.push(rmsNorm(q, layer.queryNorm, normedQ, { epsilon, groups: heads }));
      calls.push(rmsNorm(k, layer.keyNorm, normedK, { epsilon, groups: keyValueHeads }));
      query = normedQ;
      key = normedK;
    }
    calls.push(rope(query, positions, model.ropeTable, { heads, headDimension }));
    calls.push(rope(key, positions, model.ropeTable, { heads: keyValueHeads, headDimension }));
    calls.push(writeCache({ step, positions, source: key, cache: keyCache }, width));
    calls.push(writeCache({ step, positions, source: v, cache: valueCache }, width));
    calls.push(
      attention(
        { q: query, keys: keyCache, values: valueCache, spans, result: attended },
        { heads, keyValueHeads, headDimension },
      ),
    );
    project('o_proj', attended, x, true);
    calls.push(rmsNorm(x, layer.postAttentionNorm, normed, { epsilon }));
    project('gate_proj', normed, gate);
    project('up_proj', normed, up);
    calls.push(swiGlu(gate, up, activated, config.intermediateSize));
    project('down_proj', activated, x, true);
    calls.push(...(options.afterLayer?.(index + 1) ?? []));
  }
  return calls;
}

/** From the residual stream to logits. x, normed f32 [rows, hidden]; logits f32 [rows, vocabulary]. */
export function headCalls(
  model: LoadedModel,
  { x, normed, logits }: { readonly x: Tensor; readonly normed: Tensor; readonly logits: Tensor },
  rows: number,
): OperatorCall[] {
  const { config, finalNorm, head } = model;
  return [rmsNorm(x, finalNorm, normed, { epsilon: config.rmsNormEpsilon }), ...linear(head, normed, logits, rows)];
}
