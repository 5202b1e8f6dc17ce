// For tests only: runs one operator call on the reference and on a WebGPU device (Dawn in Node) and gives both results.
import type { Backend, Constants, ElementArray, Operator, WeightFormat } from '../backend.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { acquireDevice } from '../webgpu/acquireDevice.ts';
import { createWebGpuBackend } from '../webgpu/createWebGpuBackend.ts';
import { dawn } from '../webgpu/node.ts';
import { runOperator } from './runOperator.ts';

let device: Promise<Backend> | undefined;

/** One Dawn device for all tests of a file. */
export function dawnBackend(): Promise<Backend> {
  device ??= acquireDevice(dawn()).then(createWebGpuBackend);
  return device;
}

/** Numbers in [-1, 1) that are the same in every run. */
export function noise(length: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export interface Agreement {
  readonly reference: ElementArray;
  readonly device: ElementArray;
  /** Largest absolute difference. */
  readonly difference: number;
}

export async function agreement(
  operator: Operator,
  data: Readonly<Record<string, ElementArray>>,
  constants: Constants,
  rows: number,
  result: string,
): Promise<Agreement> {
  const reference = await runOperator(createReferenceBackend(), operator, data, constants, rows, result);
  const device = await runOperator(await dawnBackend(), operator, data, constants, rows, result);
  let difference = 0;
  for (const [index, value] of reference.entries()) {
    const distance = Math.abs(value - (device[index] ?? Number.NaN));
    if (!(distance <= difference)) difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
  }
  return { reference, device, difference };
}

/** Random codes and scales of a weight in the layout of `Weight`, with scales of about 0.01. */
export function randomWeight(
  format: WeightFormat,
  rows: number,
  columns: number,
  seed = 7,
): { codes: ElementArray; scales?: ElementArray } {
  if (format === 'f32') return { codes: noise(rows * columns, seed) };
  const blocks = rows * Math.ceil(columns / 32);
  const word = (value: number): number => Math.trunc((value + 1) * 2 ** 31) >>> 0;
  const codes = Uint32Array.from(noise(blocks * (format === 'q8_0' ? 8 : 4), seed), word);
  // 0x2000 is 2^-7 as an f16; the low bits vary the fraction.
  const half = (value: number): number => 0x2000 | ((word(value) >>> 20) & 1023);
  const words = format === 'q4_1' ? blocks : Math.ceil(blocks / 2);
  const random = noise(words * 2, seed + 1);
  const scales = Uint32Array.from({ length: words }, (_, n) => {
    return half(random[2 * n] ?? 0) | (half(random[2 * n + 1] ?? 0) << 16);
  });
  return { codes, scales };
}
