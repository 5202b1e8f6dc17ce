// The memory of a loaded model on the device: its stored weights plus ten per cent, keys and values, and the known activations.
import { existsSync, openAsBlob } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileRowBytes } from '../formats/fileLayout.ts';
import type { ModelFile, StoredTensor } from '../modelFile.ts';
import { openModelFile } from '../openModelFile.ts';
import { defaultChoices, type QuantizationChoices, storedChoices } from '../quant/quantizationChoices.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { goldenModel } from '../testing/goldenModel.ts';
import { packedSize } from '../tribpack/packedSize.ts';
import { createSession } from './createSession.ts';
import { loadModel } from './loadModel.ts';

const root = path.join(import.meta.dirname, '../../..');
const gguf = async (file: string): Promise<ModelFile> =>
  openModelFile([{ name: path.basename(file), blob: await openAsBlob(path.join(root, file)) }]);

const contextLength = 128;

const storedBytes = ({ tensors }: ModelFile): number =>
  [...tensors.values()].reduce((sum, { format, shape }) => {
    const [rows = 1, columns = 1] = shape.length > 1 ? shape : [1, shape[0] ?? 1];
    return sum + rows * fileRowBytes(format, columns);
  }, 0);

/** Bytes of activations for `rows` rows, of the logits, and of their download. */
function activationBytes({ config }: ModelFile, rows: number): number {
  const { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headDimension, vocabularySize } = config;
  const row = 4 * hiddenSize + (3 * headCount + 3 * keyValueHeadCount) * headDimension + 3 * intermediateSize + 64;
  return 4 * (rows * row + 4 * vocabularySize) + 65_536;
}

const smollm2 = '.cache/models/SmolLM2-135M-Instruct.Q4_1.gguf';
const cases: readonly (readonly [string, () => Promise<ModelFile>, QuantizationChoices])[] = [
  ['tiny-llama as stored', () => goldenModel('tiny-llama'), storedChoices],
  ['tiny-llama quantised', () => goldenModel('tiny-llama'), defaultChoices({ container: 'safetensors' })],
  ['k-quants', () => gguf('test/golden/engine-formats/gguf/kquant.k_mixed.gguf'), storedChoices],
  ['the seedling', () => gguf('public/models/seedling/seedling.Q8_0.gguf'), storedChoices],
];
const real = existsSync(path.join(root, smollm2)) ? [['SmolLM2', () => gguf(smollm2), storedChoices] as const] : [];

it.each([...cases, ...real])('%s stays within its budget and frees everything', async (_, open, choices) => {
  const backend = await dawnBackend();
  const file = await open();
  const before = backend.counters.allocatedBytes;
  const model = await loadModel(backend, file, { contextLength, choices });
  const ropeBytes = 2 * 4 * contextLength * file.config.rotaryDimension;
  const { weightBytes, keyValueBytesPerToken } = packedSize(file, choices);
  expect(model.weightBytes).toBe(weightBytes);
  if (choices === storedChoices) expect(weightBytes).toBeLessThan(1.1 * storedBytes(file));
  expect(backend.counters.allocatedBytes - before).toBeLessThan(weightBytes + ropeBytes + 65_536);
  const session = createSession(model);
  // Allocations during compilation are small, and compiling for many formats takes a minute on a software device.
  if (file.container === 'safetensors') {
    await session.forward([1, 2, 3]);
    await session.forward([4]);
  }
  const budget = 1.1 * weightBytes + contextLength * keyValueBytesPerToken + activationBytes(file, 65) + ropeBytes;
  expect(backend.counters.allocatedBytes - before).toBeLessThan(budget);
  session.destroy();
  model.destroy();
  // Uniform buffers of shapes and the staging buffer stay for the next model.
  expect(backend.counters.allocatedBytes - before).toBeLessThan(200_000);
});

describe('a model whose loading fails midway', async () => {
  const file = await goldenModel('tiny-llama');
  const last = 'model.layers.2.mlp.down_proj.weight';
  const changed = (change: (tensor: StoredTensor) => StoredTensor): ModelFile => {
    const tensors = new Map(file.tensors);
    tensors.set(last, change(tensors.get(last) as StoredTensor));
    return { ...file, tensors };
  };

  it.each<[string, ModelFile, string]>([
    [
      'a NaN',
      changed((tensor) => ({
        ...tensor,
        async readRows(first, count, signal) {
          const bytes = await tensor.readRows(first, count, signal);
          new DataView(bytes.buffer).setUint32(8, 0x7fc00000, true);
          return bytes;
        },
      })),
      'MODEL_WEIGHT_NOT_FINITE',
    ],
    [
      'a missing tensor',
      { ...file, tensors: new Map([...file.tensors].filter(([name]) => name !== last)) },
      'ENGINE_TENSOR_MISSING',
    ],
    [
      'a tensor that is cut short',
      changed((tensor) => ({
        ...tensor,
        readRows: async (first, count) => (await tensor.readRows(first, count)).slice(4),
      })),
      'TENSOR_SIZE_MISMATCH',
    ],
  ])('with %s leaves nothing on the device', async (_, broken, code) => {
    const backend = await dawnBackend();
    for (const choices of [storedChoices, defaultChoices(file)]) {
      const before = backend.counters.allocatedBytes;
      await expect(loadModel(backend, broken, { choices })).rejects.toMatchObject({ code });
      expect(backend.counters.allocatedBytes).toBe(before);
    }
  });
});
