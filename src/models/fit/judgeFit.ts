// Does a model fit this browser and device? Said before its download, from headers and limits. What the browser does not tell
// is not held against a model.
import type { Fit, FitProblem, ModelChoice, ModelShape, Packing, Resources } from '../types.ts';
import { packedBytes } from './packedBytes.ts';

export interface JudgeFitParameters {
  readonly choice: ModelChoice;
  readonly packing: Packing;
  /** Of the choice itself, or of a sibling that differs in its formats alone. */
  readonly shape: ModelShape;
  /** Whether `shape` is the choice's own; a sibling's formats are not used. */
  readonly shapeIsOwn: boolean;
  /** Tokens to keep keys and values for. */
  readonly contextLength: number;
  readonly resources: Resources;
}

/** Keys and values are kept as f32. */
const CACHE_VALUE_BYTES = 4;
/** What a browser's file system keeps beside a file. */
const STORAGE_MARGIN = 1.01;
/** Activations, logits and uniforms beside the weights. */
const DEVICE_MARGIN = 1.1;
/** Of the memory that a browser admits to, what a page can hope for. */
const MEMORY_SHARE = 0.75;

/** Bytes of keys and values of `contextLength` tokens in all layers. */
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
  // Files that the user dropped lie on their own disk already.
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
