// Autotuning on a browser's WebGPU, whose compiler, error scopes and clock differ from Dawn's in Node.
import { expect, it } from 'vitest';
import {
  asksTooMuch,
  callOf,
  doesNotCompile,
  doubling,
  length,
  notANumber,
  right,
  slow,
  wrongAtTheEdge,
} from '../testing/doubling.ts';
import { acquireDevice } from './acquireDevice.ts';
import { createWebGpuBackend } from './createWebGpuBackend.ts';

it('refuses wrong variants and chooses the fastest of the rest', async () => {
  const acquired = await acquireDevice();
  // Treated as a hardware GPU: all variants are timed.
  const features = new Set([...acquired.features].filter((feature) => feature !== 'software'));
  const backend = createWebGpuBackend({ ...acquired, features }, { tryVariants: true });
  backend.variants?.begin({ budget: 600_000 });
  const call = callOf(backend, doubling(wrongAtTheEdge, notANumber, doesNotCompile, asksTooMuch, slow, right));
  const plan = await backend.record('plan', [call]);
  const { choices, refused } = backend.variants?.report() ?? { choices: [], refused: [] };
  expect(refused.map(({ variant }) => variant)).toEqual([
    'wrong at the edge',
    'not a number',
    'does not compile',
    'asks too much',
  ]);
  expect(choices.map(({ variant }) => variant)).toEqual(['right']);
  expect(Object.keys(choices[0]?.milliseconds ?? {}).sort()).toEqual(['right', 'slow']);
  backend.submit(plan, { rows: 1 });
  const { y } = call.tensors as { y: ReturnType<typeof backend.createTensor> };
  expect([...(await backend.download(y))]).toEqual(Array.from({ length }, () => 6));
  backend.destroy();
});
