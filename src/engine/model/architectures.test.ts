// The architectures beyond Llama: their per-layer differences, against PyTorch.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import { openModelFile } from '../openModelFile.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { openSafetensors } from '../safetensors/openSafetensors.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { goldenModel, goldenTensors, largestDifference } from '../testing/goldenModel.ts';
import { createWasmBackend } from '../wasm/createWasmBackend.ts';
import { createSession } from './createSession.ts';
import type { LoadedModel } from './decoderWeights.ts';
import { loadModel } from './loadModel.ts';
import { observeLayers } from './observeLayers.ts';

/** f32 kernels against PyTorch: see the README of the golden data. */
const tolerance = 2e-4;
const folder = path.join(import.meta.dirname, '../../../test/golden/engine-architectures');
const names = ['tiny-smollm3', 'tiny-gemma2', 'tiny-gemma3-text', 'tiny-phi3'];

const backends: readonly (readonly [name: string, open: () => Promise<Backend>])[] = [
  ['reference', async () => createReferenceBackend()],
  ['Dawn', dawnBackend],
  ['WebAssembly', async () => createWasmBackend() ?? createReferenceBackend()],
];

describe.each(backends)('on %s', (_, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });

  describe.each(names)('%s', (name) => {
    let model: LoadedModel;
    let golden: Awaited<ReturnType<typeof goldenTensors>>;
    beforeAll(async () => {
      model = await loadModel(backend, await goldenModel(name, folder));
      golden = await goldenTensors(name, folder);
    });
    afterAll(() => model.destroy());

    it('matches the golden logits at once and in chunks, beyond every window', async () => {
      for (const prefillChunkSize of [128, 7]) {
        const session = createSession(model, { prefillChunkSize });
        expect(
          largestDifference(
            await session.forwardAllLogits(await golden.integers('prompt_37')),
            await golden.floats('logits_37'),
          ),
        ).toBeLessThan(tolerance);
        session.truncate(0);
        const logits = await session.forwardAllLogits(await golden.integers('prompt_100'));
        const last = logits.slice(-8 * model.config.vocabularySize);
        expect(largestDifference(last, await golden.floats('logits_100_last8'))).toBeLessThan(tolerance);
        session.destroy();
      }
    });

    it('continues greedily, token by token, as PyTorch does', async () => {
      const session = createSession(model);
      const ids = [await session.forwardArgmax(await golden.integers('prompt_37'))];
      while (ids.length < 24) ids.push(await session.forwardArgmax(ids.slice(-1)));
      expect(ids).toEqual((await golden.integers('greedy_37')).slice(0, 24));
      session.destroy();
    });

    it('matches the logits of the same model as a GGUF file', async () => {
      const read = async (file: string) => new Blob([await readFile(path.join(folder, file))]);
      const { tensors } = await openSafetensors({ name: 'gguf', blob: await read('gguf.safetensors') });
      const bytes = async (tensor: string) => (await tensors.get(`${name}/${tensor}`)?.read())?.buffer as ArrayBuffer;
      const file = await openModelFile([{ name: `${name}.gguf`, blob: await read(`${name}.gguf`) }]);
      const other = await loadModel(backend, file);
      const session = createSession(other);
      const logits = await session.forwardAllLogits([...new Int32Array(await bytes('prompt_37'))]);
      expect(largestDifference(logits, new Float32Array(await bytes('logits_37')))).toBeLessThan(tolerance);
      session.destroy();
      other.destroy();
    });
  });
});

it('has the golden residual stream of tiny-gemma2 after every layer', async () => {
  const golden = await goldenTensors('tiny-gemma2', folder);
  const model = await loadModel(createReferenceBackend(), await goldenModel('tiny-gemma2', folder));
  const hidden = await observeLayers(model, await golden.integers('prompt_37'));
  expect(largestDifference(hidden, await golden.floats('hidden_37'))).toBeLessThan(tolerance);
});
