// Reading golden data from disk: JSON, tensors, and which files a folder has.
import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import path from 'node:path';
import { openSafetensors, type SafetensorsFile } from '../../src/engine/safetensors/openSafetensors.ts';

export const hasFiles = (folder: string, ...names: readonly string[]): boolean =>
  names.every((name) => existsSync(path.join(folder, name)));

export function readJson<Value>(folder: string, name: string): Value {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Value;
}

export async function openTensors(folder: string, name: string): Promise<SafetensorsFile> {
  return await openSafetensors({ name, blob: await openAsBlob(path.join(folder, name)) });
}

async function readTensor(file: SafetensorsFile, name: string): Promise<ArrayBuffer> {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new Error(`The golden tensor ${name} is missing.`);
  return (await tensor.read()).buffer;
}

export const readFloats = async (file: SafetensorsFile, name: string): Promise<Float32Array<ArrayBuffer>> =>
  new Float32Array(await readTensor(file, name));
export const readIntegers = async (file: SafetensorsFile, name: string): Promise<Int32Array<ArrayBuffer>> =>
  new Int32Array(await readTensor(file, name));
export const readBytes = async (file: SafetensorsFile, name: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readTensor(file, name));

/** Largest absolute difference; infinite where lengths differ, NaN where a number is none. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < expected.length; index += 1) {
    const difference = Math.abs((actual[index] as number) - (expected[index] as number));
    if (Number.isNaN(difference)) return Number.NaN;
    if (difference > largest) largest = difference;
  }
  return largest;
}

/** How many elements differ, counting missing ones. */
export function countDifferences(actual: ArrayLike<unknown>, expected: ArrayLike<unknown>): number {
  let count = Math.abs(actual.length - expected.length);
  for (let index = 0; index < Math.min(actual.length, expected.length); index += 1)
    if (!Object.is(actual[index], expected[index])) count += 1;
  return count;
}
