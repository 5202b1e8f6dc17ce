// ONNX Runtime on a graph of `onnx/writeDecoder.ts`, in Node and in a page alike: the caller passes the package.

import { dequantize } from '../../../src/engine/formats/dequantize.ts';
import { fileRowBytes } from '../../../src/engine/formats/fileLayout.ts';
import type { ModelFile } from '../../../src/engine/modelFile.ts';
import { type Decoder, largestIndex } from './decoder.ts';

export interface OrtTensor {
  readonly data: ArrayLike<number>;
  dispose(): void;
}

/** The part of onnxruntime-node and onnxruntime-web in use, which are installed on demand. */
export interface Ort {
  readonly Tensor: new (type: string, data: ArrayBufferView, dimensions: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(
      model: string | Uint8Array,
      options: Readonly<Record<string, unknown>>,
    ): Promise<{
      run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
      readonly outputNames: readonly string[];
      release(): Promise<void>;
    }>;
  };
}

export interface OnnxRuntimeOptions {
  readonly ort: Ort;
  readonly graph: string | Uint8Array;
  readonly provider: 'cpu' | 'wasm' | 'webgpu';
  readonly activations: 'float32' | 'float16';
  /** The file with the graph's weights, for embedding lookups. */
  readonly model: ModelFile;
}

export async function openOnnxRuntime(options: OnnxRuntimeOptions): Promise<Decoder> {
  const { ort, graph, provider, activations, model } = options;
  const { layerCount, keyValueHeadCount, headDimension, hiddenSize } = model.config;
  const embedding = model.tensors.get('model.embed_tokens.weight');
  if (embedding === undefined) throw new RangeError('The model has no embedding.');
  const table = await embedding.read();
  const rowBytes = fileRowBytes(embedding.format, hiddenSize);
  const caches = Array.from({ length: layerCount }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
  const onDevice = Object.fromEntries(caches.map((cache) => [`present.${cache}`, 'gpu-buffer']));
  const session = await ort.InferenceSession.create(graph, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    // Keys and values stay on the device.
    ...(provider === 'webgpu' ? { preferredOutputLocation: onDevice } : {}),
  });
  const logits = session.outputNames.filter((name) => name.startsWith('logits'));
  const noValues = activations === 'float32' ? new Float32Array(0) : new Float16Array(0);
  let past: Record<string, OrtTensor> = {};
  let length = 0;

  function forget(): void {
    for (const tensor of Object.values(past)) tensor.dispose();
    const shape = [1, keyValueHeadCount, 0, headDimension];
    past = Object.fromEntries(caches.map((cache) => [`past.${cache}`, new ort.Tensor(activations, noValues, shape)]));
    length = 0;
  }

  async function read(ids: readonly number[]): Promise<number> {
    const rows = new Float32Array(ids.length * hiddenSize);
    ids.forEach((id, row) => {
      const bytes = table.subarray(id * rowBytes, (id + 1) * rowBytes);
      rows.set(dequantize(embedding?.format ?? 'f32', bytes, 1, hiddenSize), row * hiddenSize);
    });
    length += ids.length;
    const results = await session.run({
      embeddings: new ort.Tensor('float32', rows, [1, ids.length, hiddenSize]),
      'last position': new ort.Tensor('int32', Int32Array.of(length - 1), [1]),
      positions: new ort.Tensor('int32', Int32Array.of(length), []),
      ...past,
    });
    for (const tensor of Object.values(past)) tensor.dispose();
    past = Object.fromEntries(caches.map((cache) => [`past.${cache}`, results[`present.${cache}`] as OrtTensor]));
    return largestIndex(logits.map((name) => (results[name] as OrtTensor).data));
  }

  return {
    device: `ONNX Runtime, ${provider}`,
    start(ids) {
      forget();
      return read(ids);
    },
    next: (id) => read([id]),
    close: () => session.release(),
  };
}
