// For tests only: runs one operator call on the reference and on a WebGPU device (Dawn in Node) and returns both results.
import type { Backend, Constants, ElementArray, Operator, Variant, WeightFormat } from '../backend.ts';
import { type BlockFormatName, blockFormat } from '../formats/blockFormats.ts';
import { hasScales } from '../formats/deviceLayout.ts';
import { fileLayout, fileRowBytes } from '../formats/fileLayout.ts';
import { testNoise } from '../kernels/testNoise.ts';
import { packWeight } from '../quant/packWeight.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { type AcquiredDevice, acquireDevice } from '../webgpu/acquireDevice.ts';
import { createWebGpuBackend } from '../webgpu/createWebGpuBackend.ts';
import { dawn } from '../webgpu/node.ts';
import { requireNaga } from './requireNaga.ts';
import { runOperator } from './runOperator.ts';

export { testNoise };

let acquired: Promise<AcquiredDevice> | undefined;
let backend: Promise<Backend> | undefined;

function acquiredDevice(): Promise<AcquiredDevice> {
  acquired ??= acquireDevice(dawn());
  return acquired;
}

/** One Dawn device for all test files of a process, so that a shader shared by several cases is compiled once. */
export function dawnBackend(): Promise<Backend> {
  backend ??= acquiredDevice().then((device) => ({
    ...createWebGpuBackend(device),
    destroy() {
      throw new Error('Other tests use this device: open one of your own to destroy it.');
    },
  }));
  return backend;
}

/** The reference's results by their inputs, since all variants of an operator are compared on the same inputs. */
const references = new WeakMap<Readonly<Record<string, ElementArray>>, Map<string, Promise<ElementArray>>>();

function referenceResult(
  operator: Operator,
  data: Readonly<Record<string, ElementArray>>,
  constants: Constants,
  rows: number,
  result: string,
): Promise<ElementArray> {
  const known = references.get(data) ?? new Map<string, Promise<ElementArray>>();
  references.set(data, known);
  const key = JSON.stringify([operator.name, constants, rows, result]);
  const computed = known.get(key) ?? runOperator(createReferenceBackend(), operator, data, constants, rows, result);
  known.set(key, computed);
  return computed;
}

export interface Agreement {
  readonly reference: ElementArray;
  readonly device: ElementArray;
  /** Largest absolute difference. */
  readonly difference: number;
}

/** Throws if Firefox would refuse one of the operator's shaders, including those that this device cannot run. */
export async function agreement(
  operator: Operator,
  data: Readonly<Record<string, ElementArray>>,
  constants: Constants,
  rows: number,
  result: string,
): Promise<Agreement> {
  for (const { name, source } of operator.variants) requireNaga(`${operator.name}/${name}`, source(constants));
  const reference = await referenceResult(operator, data, constants, rows, result);
  const device = await runOperator(await dawnBackend(), operator, data, constants, rows, result);
  let difference = 0;
  for (const [index, value] of reference.entries()) {
    const distance = Math.abs(value - (device[index] ?? Number.NaN));
    if (!(distance <= difference)) difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
  }
  return { reference, device, difference };
}

/**
 * Every variant that the device can run, including those that it would not choose because it is, or is not, a software device.
 * Throws if Firefox would refuse the shader of any variant.
 */
export async function runnableVariants({ name, variants }: Operator, constants: Constants): Promise<Variant[]> {
  for (const variant of variants) requireNaga(`${name}/${variant.name}`, variant.source(constants));
  const { features } = await acquiredDevice();
  const hardware = new Set([...features].filter((feature) => feature !== 'software'));
  const software = new Set([...features, 'software']);
  return variants.filter(
    ({ supports }) => supports === undefined || supports(hardware, constants) || supports(software, constants),
  );
}

/** Random blocks as stored, with scales of about 0.01 (less where a second scale multiplies them). */
export function randomBlocks(
  format: BlockFormatName,
  rows: number,
  columns: number,
  seed = 7,
): Uint8Array<ArrayBuffer> {
  const { elements, bytes: blockBytes } = fileLayout(format);
  const bytes = Uint8Array.from(testNoise(rows * fileRowBytes(format, columns), seed), (value) => (value + 1) * 128);
  const setHalf = (at: number, base: number): void => {
    // The base's low bits are the fraction: already random, except for its two upper bits.
    bytes[at + 1] = (base >> 8) | ((bytes[at + 1] as number) & 3);
  };
  for (let at = 0; at < bytes.length; at += blockBytes) {
    if (format === 'f16') setHalf(at, 0x2c00 | (((bytes[at + 1] as number) & 0x80) << 8));
    else if (format === 'bf16') bytes[at + 1] = 0x3c | ((bytes[at + 1] as number) & 0x80);
    else if (format === 'mxfp4') bytes[at] = 120 + ((bytes[at] as number) & 3);
    // As f16: 0x2000 is 2^-7, 0x1400 2^-10, 0x0400 2^-14.
    else
      for (const place of blockFormat(format).file.halves ?? [])
        setHalf(at + place, elements === 32 ? 0x2000 : format === 'q2_k' ? 0x1400 : 0x0400);
  }
  return bytes;
}

/** Random codes and scales of a weight in the layout of `Weight`. */
export function randomWeight(
  format: WeightFormat,
  rows: number,
  columns: number,
  seed = 7,
): { codes: ElementArray; scales?: ElementArray } {
  if (format === 'f32') return { codes: testNoise(rows * columns, seed) };
  const { codes, scales } = packWeight(format, randomBlocks(format, rows, columns, seed), rows, columns);
  return hasScales(format) ? { codes, scales } : { codes };
}
