// The forward pass of a decoder as a flat list of operator calls over a batch of rows with a KV cache. The same list serves a
// decode step (capacity 1) and a prefill chunk.
import type { Backend, OperatorCall, Tensor } from '../backend.ts';
import { add } from '../kernels/add/add.ts';
import { addBias } from '../kernels/addBias/addBias.ts';
import { embedding } from '../kernels/embedding/embedding.ts';
import { geGlu } from '../kernels/geGlu/geGlu.ts';
import { linear } from '../kernels/linear/linear.ts';
import { hasInt8Kernel, linearInt8 } from '../kernels/linearInt8/linearInt8.ts';
import { BLOCK_SIZE, pagedAttention, partialsLength } from '../kernels/pagedAttention/pagedAttention.ts';
import { type QuantizedActivations, quantizeActivations } from '../kernels/quantizeActivations/quantizeActivations.ts';
import { rmsNorm } from '../kernels/rmsNorm/rmsNorm.ts';
import { rope } from '../kernels/rope/rope.ts';
import { scale } from '../kernels/scale/scale.ts';
import { softcap } from '../kernels/softcap/softcap.ts';
import { swiGlu } from '../kernels/swiGlu/swiGlu.ts';
import { writeKVCache } from '../kernels/writeKVCache/writeKVCache.ts';
import type { KVCacheTensors } from '../kvCache/createKVCache.ts';
import type { LinearModule, LoadedModel } from './decoderWeights.ts';
import { type DeviceAdapter, loraCalls } from './deviceAdapter.ts';

/** Inputs and intermediate results of a batch of at most `capacity` rows. */
export interface Activations {
  readonly capacity: number;
  /** u32 [4]: active rows in word 0. */
  readonly step: Tensor;
  readonly ids: Tensor;
  readonly positions: Tensor;
  /** u32 [capacity]: the sequence of each row, as a row of the block table. */
  readonly slots: Tensor;
  /** i32 [capacity]: the adapter index of each row; -1: none. Read only if a batch mixes adapters. */
  readonly adapters: Tensor;
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
  /** Only for few rows on a GPU: partial results of flash decoding. */
  readonly partials?: Tensor;
  readonly gate: Tensor;
  readonly up: Tensor;
  readonly activated: Tensor;
  /** Only with output norms: the output of attention or feed-forward before its norm. */
  readonly branch: Tensor;
  /** Only with the compute dtype `int8`: the current module's input, quantised. */
  readonly quantized?: QuantizedActivations;
}

/** Maximum rows for which attention is split along the positions (flash decoding): more rows fill a device anyway. */
const MAX_SPLIT_ROWS = 4;

function attentionShape({ config, contextLength }: LoadedModel): {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDimension: number;
  readonly maxBlocksPerSequence: number;
} {
  const { headCount: heads, keyValueHeadCount: keyValueHeads, headDimension } = config;
  return { heads, keyValueHeads, headDimension, maxBlocksPerSequence: Math.ceil(contextLength / BLOCK_SIZE) };
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
  const quantizedActivations = (): QuantizedActivations => {
    const blocks = capacity * Math.ceil(Math.max(config.hiddenSize, queries, config.intermediateSize) / 32);
    return {
      codes: words('quantized codes', 8 * blocks),
      factors: own(backend.createTensor(`quantized factors x${capacity}`, 'f32', 2 * blocks)),
    };
  };
  const activations: Activations = {
    capacity,
    step: words('step', 4),
    ids: words('ids', capacity),
    positions: words('positions', capacity),
    slots: words('slots', capacity),
    adapters: own(backend.createTensor(`adapters x${capacity}`, 'i32', capacity)),
    x: floats('x', config.hiddenSize),
    normed: floats('normed', config.hiddenSize),
    q: floats('q', queries),
    k: floats('k', keys),
    v: floats('v', keys),
    normedQ: floats('normed q', config.queryKeyNorm ? queries : 1),
    normedK: floats('normed k', config.queryKeyNorm ? keys : 1),
    attended: floats('attended', queries),
    ...(backend.kind === 'webgpu' && capacity <= MAX_SPLIT_ROWS
      ? {
          partials: own(
            backend.createTensor(
              `partial attention x${capacity}`,
              'f32',
              partialsLength(capacity, attentionShape(model)),
            ),
          ),
        }
      : {}),
    gate: floats('gate', config.intermediateSize),
    up: floats('up', config.intermediateSize),
    activated: floats('activated', config.intermediateSize),
    branch: floats('branch', config.outputNorms ? config.hiddenSize : 1),
    ...(model.computeDtype === 'int8' ? { quantized: quantizedActivations() } : {}),
  };
  return { activations, tensors };
}

/** A token of a batch: its sequence and its position there. */
export interface BatchRow {
  readonly id: number;
  readonly position: number;
  /** The sequence's row of the block table. */
  readonly slot: number;
  /** Index of its adapter, or -1. */
  readonly adapter: number;
}

/** Uploads the inputs of a batch. Rows of one sequence should be adjacent, in the order of their positions. */
export function uploadRows(backend: Backend, activations: Activations, rows: readonly BatchRow[]): void {
  backend.upload(activations.step, Uint32Array.of(rows.length, 0, 0, 0));
  backend.upload(
    activations.ids,
    Uint32Array.from(rows, ({ id }) => id),
  );
  backend.upload(
    activations.positions,
    Uint32Array.from(rows, ({ position }) => position),
  );
  backend.upload(
    activations.slots,
    Uint32Array.from(rows, ({ slot }) => slot),
  );
  // Plans for rows of one adapter do not read it.
  if (rows.every(({ adapter }) => adapter === rows[0]?.adapter)) return;
  backend.upload(
    activations.adapters,
    Int32Array.from(rows, ({ adapter }) => adapter),
  );
}

/** The adapters that the rows of a batch use. */
export interface BatchAdapters {
  readonly entries: readonly { readonly index: number; readonly adapter: DeviceAdapter }[];
  /** Whether rows differ in their adapter: then `Activations.adapters` masks each adapter's product. */
  readonly mixed: boolean;
  /** f32 [capacity, largest rank]. */
  readonly scratch: Tensor;
}

export interface DecoderCallOptions {
  /** Default: every row uses the base model alone. */
  readonly adapters?: BatchAdapters;
  /** Extra calls after the embedding (0) and after each layer (1 ...), to observe the residual stream in tests. */
  readonly afterLayer?: ((layersDone: number) => readonly OperatorCall[]) | undefined;
}

/** From token ids to the residual stream before the final norm, writing keys and values into the cache. */
export function decoderCalls(
  model: LoadedModel,
  activations: Activations,
  cache: KVCacheTensors,
  options: DecoderCallOptions = {},
): OperatorCall[] {
  const { config } = model;
  const { capacity, step, ids, positions, slots, adapters, x, normed, branch } = activations;
  const batch = options.adapters;
  const { q, k, v, normedQ, normedK, attended, gate, up, activated, quantized } = activations;
  const { hiddenSize, intermediateSize, headDimension, rotaryDimension, rmsNormEpsilon: epsilon } = config;
  const { headCount: heads, keyValueHeadCount: keyValueHeads, attentionScale, attentionSoftcap } = config;
  const shape = attentionShape(model);
  const calls: OperatorCall[] = [...embedding(ids, model.embedding, x)];
  if (config.embeddingScale !== 1) calls.push(scale(x, hiddenSize, config.embeddingScale));
  calls.push(...(options.afterLayer?.(0) ?? []));

  for (const [index, layer] of model.layers.entries()) {
    const project = (module: LinearModule, input: Tensor, output: Tensor, accumulate = false): void => {
      const weight = layer.linear[module];
      const linearOptions = { accumulate, computeDtype: model.computeDtype };
      calls.push(
        ...(quantized !== undefined && hasInt8Kernel(weight)
          ? linearInt8(weight, quantized, output, capacity, linearOptions)
          : linear(weight, input, output, capacity, linearOptions)),
      );
      for (const entry of batch?.entries ?? []) {
        const factors = entry.adapter.layers[index]?.[module];
        if (batch === undefined || factors === undefined) continue;
        const mask = batch.mixed ? { adapters, index: entry.index } : undefined;
        calls.push(...loraCalls(factors, { x: input, y: output, scratch: batch.scratch }, capacity, mask));
      }
      const bias = layer.bias[module];
      if (bias !== undefined) calls.push(addBias(bias, output));
    };
    /** Adds a module's output to the residual stream, through its output norm if there is one. */
    const projectToStream = (module: LinearModule, input: Tensor, outputNorm: Tensor | undefined): void => {
      if (outputNorm === undefined) {
        project(module, input, x, true);
        return;
      }
      project(module, input, branch);
      calls.push(rmsNorm(branch, outputNorm, normed, { epsilon }), add(normed, x, hiddenSize));
    };
    /** Quantises `input` before the modules that read it. */
    const quantize = (input: Tensor, columns: number): void => {
      if (quantized !== undefined) calls.push(quantizeActivations(input, quantized, columns));
    };
    const keyCache = cache.keys[index];
    const valueCache = cache.values[index];
    if (keyCache === undefined || valueCache === undefined) continue;

    calls.push(rmsNorm(x, layer.inputNorm, normed, { epsilon }));
    quantize(normed, hiddenSize);
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
    if (layer.ropeTable !== undefined) {
      calls.push(rope(query, positions, layer.ropeTable, { heads, headDimension, rotaryDimension }));
      calls.push(rope(key, positions, layer.ropeTable, { heads: keyValueHeads, headDimension, rotaryDimension }));
    }
    const places = { step, positions, slots, table: cache.table };
    const stored = { keys: keyCache, values: valueCache };
    calls.push(writeKVCache({ ...places, ...stored, key, value: v }, shape));
    calls.push(
      ...pagedAttention(
        { ...places, ...stored, q: query, result: attended, partials: activations.partials },
        {
          ...shape,
          scale: attentionScale,
          softcap: attentionSoftcap,
          window: config.layers[index]?.sliding === true ? config.slidingWindow : undefined,
        },
      ),
    );
    quantize(attended, heads * headDimension);
    projectToStream('o_proj', attended, layer.attentionOutputNorm);
    calls.push(rmsNorm(x, layer.feedForwardNorm, normed, { epsilon }));
    quantize(normed, hiddenSize);
    project('gate_proj', normed, gate);
    project('up_proj', normed, up);
    calls.push((config.activation === 'gelu' ? geGlu : swiGlu)(gate, up, activated, intermediateSize));
    quantize(activated, intermediateSize);
    projectToStream('down_proj', activated, layer.feedForwardOutputNorm);
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
  const { rmsNormEpsilon: epsilon, vocabularySize, finalSoftcap } = config;
  return [
    rmsNorm(x, finalNorm, normed, { epsilon }),
    ...linear(head, normed, logits, rows),
    ...(finalSoftcap === undefined ? [] : [softcap(logits, vocabularySize, finalSoftcap)]),
  ];
}
