// Whether a model fits this browser and device: from headers and limits, before its download. Where the browser does not tell a
// limit, the model is assumed to fit.
import type { Fit, FitProblem, ModelChoice, ModelShape, Packing, Resources } from '../types.ts';
import { packedBytes } from './packedBytes.ts';

export interface JudgeFitParameters {
  readonly choice: ModelChoice;
  readonly packing: Packing;
  /** Of the choice itself, or of a sibling that differs in its formats alone. */
  readonly shape: ModelShape;
  /** Whether `shape` is the choice's own; a sibling's formats are not used. */
  readonly shapeIsOwn: boolean;
  /** Tokens of the KV cache. */
  readonly contextLength: number;
  readonly resources: Resources;
}

/** The KV cache is f32. */
const CACHE_VALUE_BYTES = 4;
/** Overhead of a browser's file system. */
const STORAGE_MARGIN = 1.01;
/** Activations, logits and uniforms beside the weights. */
const DEVICE_MARGIN = 1.1;
/** Share of the memory that a browser reports which a page can expect to get. */
const MEMORY_SHARE = 0.75;

/** Bytes of the KV cache for `contextLength` tokens in all layers. */
function cacheBytesOf(shape: ModelShape, contextLength: number): number {
  const { layerCount, keyValueHeadCount, headDimension } = shape;
  return 2 * layerCount * keyValueHeadCount * headDimension * contextLength * CACHE_VALUE_BYTES;
}

/** Sizes of the weights: from the tensors, or from the file's size where only a sibling's tensors are known. */
function weightsOf({ choice, packing, shape, shapeIsOwn }: JudgeFitParameters): { total: number; largest: number } {
  if (shapeIsOwn || packing.weights !== 'stored') return packedBytes(shape, packing);
  const sibling = packedBytes(shape, packing);
  const total = choice.downloadBytes;
  return { total, largest: Math.ceil((sibling.largest * total) / Math.max(1, sibling.total)) };
}

export function judgeFit(parameters: JudgeFitParameters): Fit {
  const { choice, shape, resources } = parameters;
  const contextLength = Math.min(parameters.contextLength, shape.contextLength);
  const { total: weightBytes, largest: largestBufferBytes } = weightsOf(parameters);
  const cacheBytes = cacheBytesOf(shape, contextLength);
  const keptBytes = Math.ceil((weightBytes + shape.headerBytes) * STORAGE_MARGIN);
  // Dropped files are on the user's disk already.
  const fetched = choice.files.some(({ location }) => location.kind !== 'blob') ? choice.downloadBytes : 0;
  const needs = {
    downloadBytes: fetched,
    peakStorageBytes: keptBytes + fetched,
    keptBytes,
    deviceBytes: Math.ceil(weightBytes * DEVICE_MARGIN) + cacheBytes,
    weightBytes,
    cacheBytes,
    largestBufferBytes,
    contextLength,
  };
  const problems: FitProblem[] = [];
  const compare = (
    code: FitProblem['code'],
    severity: FitProblem['severity'],
    neededBytes: number,
    availableBytes: number | undefined,
  ): void => {
    if (availableBytes !== undefined && neededBytes > availableBytes)
      problems.push({ code, severity, neededBytes, availableBytes });
  };
  const { maxBufferSize, freeStorageBytes, memoryBytes } = resources;
  compare('storage', 'blocks', needs.peakStorageBytes, freeStorageBytes);
  compare('buffer', 'blocks', largestBufferBytes, maxBufferSize);
  // Keys and values of one layer share a buffer.
  compare('context', 'blocks', cacheBytes / shape.layerCount, maxBufferSize);
  compare('memory', 'warns', needs.deviceBytes, memoryBytes === undefined ? undefined : memoryBytes * MEMORY_SHARE);
  const blocked = problems.some(({ severity }) => severity === 'blocks');
  return { verdict: blocked ? 'too-large' : problems.length > 0 ? 'tight' : 'fits', needs, problems };
}
