// The operators of training in a real browser's WebGPU against golden results: what the conformance runner measures on Dawn.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Backend } from '../../src/engine/backend.ts';
import { parseSafetensors } from '../../src/engine/testing/parseSafetensors.ts';
import { acquireDevice } from '../../src/engine/webgpu/acquireDevice.ts';
import { createWebGpuBackend } from '../../src/engine/webgpu/createWebGpuBackend.ts';
import index from '../golden/training/ops/index.json';
import optimizer from '../golden/training/ops/optimizer.json';
import {
  type GoldenOperator,
  type OptimizerCase,
  operatorError,
  operatorTolerance,
  optimizerError,
} from './operatorErrors.ts';

let backend: Backend;
beforeAll(async () => {
  backend = createWebGpuBackend(await acquireDevice());
});
afterAll(() => backend.destroy());

it.each(index.cases as readonly GoldenOperator[])('$file', async (golden) => {
  const response = await fetch(`/test/golden/training/ops/${golden.file}`);
  expect(response.ok).toBe(true);
  const tensors = parseSafetensors(new Uint8Array(await response.arrayBuffer()), golden.file);
  expect(await operatorError(golden, tensors, backend)).toBeLessThan(operatorTolerance(golden.operator) ?? 0);
});

it.each(optimizer.cases as unknown as readonly OptimizerCase[])('AdamW and clipping at rate $lr', async (golden) => {
  expect(await optimizerError(golden, backend)).toBeLessThan(1e-5);
});
