// Whole training runs against PyTorch and PEFT: every step on the reference, the first steps on a WebGPU device.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { influenceErrors, openInfluenceCase, runTrainingCase, type TrainingErrors } from '../testing/trainingCase.ts';
import { createWasmBackend } from '../wasm/createWasmBackend.ts';

const golden = (name: string): string => fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url));

function expectClose(errors: TrainingErrors): void {
  expect(errors.loss).toBeLessThan(1e-4);
  expect(errors.gradientNorm).toBeLessThan(1e-4);
  expect(errors.gradients1).toBeLessThan(1e-4);
  if (errors.gradients10 !== undefined) expect(errors.gradients10).toBeLessThan(1e-3);
  if (errors.final !== undefined) expect(errors.final).toBeLessThan(1e-3);
}

function wasm(): Backend {
  const backend = createWasmBackend();
  if (backend === undefined) throw new Error('no WebAssembly SIMD');
  return backend;
}

describe.each(['llama-plain', 'llama-q4_0'])('training %s', (name) => {
  it('matches the golden losses, gradients and adapter in 50 steps', async () => {
    const errors = await runTrainingCase(golden(`training/${name}`), createReferenceBackend());
    expect(errors.final).toBeDefined();
    expectClose(errors);
  });

  it('gives the same when layers are recomputed in the backward pass', async () => {
    const folder = golden(`training/${name}`);
    const errors = await runTrainingCase(folder, createReferenceBackend(), { steps: 10, recompute: true });
    expect(errors.gradients10).toBeDefined();
    expectClose(errors);
  });

  it('matches the golden adapter in WebAssembly', async () => {
    expectClose(await runTrainingCase(golden(`training/${name}`), wasm()));
  });

  it('matches the golden losses and gradients of the first steps on a WebGPU device', async () => {
    expectClose(await runTrainingCase(golden(`training/${name}`), await dawnBackend(), { steps: 3 }));
  });
});

describe('per-sample gradients', () => {
  const backends = {
    reference: async () => createReferenceBackend(),
    WebAssembly: async () => wasm(),
    Dawn: dawnBackend,
  };

  it.each(Object.entries(backends))('match the golden ones on %s, in batches and alone', async (_, open) => {
    const influence = await openInfluenceCase(golden('influence/scores'), await open());
    for (const options of [
      { count: 20, slots: 8 },
      { count: 3, slots: 1 },
    ]) {
      const { gradient, loss } = await influenceErrors(influence, options);
      expect(gradient).toBeLessThan(1e-4);
      expect(loss).toBeLessThan(1e-4);
    }
  });
});
