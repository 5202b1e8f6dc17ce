// The first real model against PyTorch, if it has been fetched (`npm run model -- smollm2`); otherwise skipped.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import { openModelFile } from '../openModelFile.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { largestDifference } from '../testing/goldenModel.ts';
import { createWasmBackend } from '../wasm/createWasmBackend.ts';
import { createSession } from './createSession.ts';
import { loadModel } from './loadModel.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const file = path.join(root, '.cache/models/SmolLM2-135M-Instruct.Q4_1.gguf');
const golden = path.join(root, 'test/golden/engine/smollm2');

const backends: readonly { readonly name: string; readonly open: () => Promise<Backend> }[] = [
  { name: 'Dawn', open: dawnBackend },
  { name: 'WebAssembly', open: async () => createWasmBackend() ?? createReferenceBackend() },
];

describe.skipIf(!existsSync(file))('SmolLM2-135M-Instruct', () => {
  it.each(backends)(
    'has the golden logits and greedy answer on $name',
    async ({ open }) => {
      const model = await loadModel(
        await open(),
        await openModelFile([{ name: file, blob: new Blob([readFileSync(file)]) }]),
      );
      const { chats } = JSON.parse(readFileSync(path.join(golden, 'golden.json'), 'utf8')) as {
        readonly chats: readonly { readonly ids: readonly number[]; readonly greedy: readonly number[] }[];
      };
      const { ids = [], greedy = [] } = chats[0] ?? {};
      const session = createSession(model);
      const logits = await session.forward(ids);
      const expected = new Float32Array(
        new Uint8Array(readFileSync(path.join(golden, 'chat0.last_logits.f32'))).buffer,
      );
      // Thirty layers: the golden data's README advises 2e-3.
      expect(largestDifference(logits, expected)).toBeLessThan(2e-3);
      const answer = [logits.indexOf(Math.max(...logits))];
      while (answer.length < greedy.length) answer.push(await session.forwardArgmax(answer.slice(-1)));
      expect(answer).toEqual(greedy);
      session.destroy();
      model.destroy();
    },
    600_000,
  );
});
