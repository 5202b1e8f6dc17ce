// For tests only: opens the tiny golden models and their expected tensors from a folder.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelFile } from '../modelFile.ts';
import { openModelFile } from '../openModelFile.ts';
import { openSafetensors } from '../safetensors/openSafetensors.ts';

const engineGolden = path.join(import.meta.dirname, '..', '..', '..', 'test', 'golden', 'engine');

export async function goldenModel(name: string, folder = engineGolden): Promise<ModelFile> {
  const read = async (file: string): Promise<{ name: string; blob: Blob }> => ({
    name: file,
    blob: new Blob([await readFile(path.join(folder, name, file))]),
  });
  return openModelFile([await read('config.json'), await read('model.safetensors')]);
}

export interface GoldenTensors {
  floats(name: string): Promise<Float32Array<ArrayBuffer>>;
  integers(name: string): Promise<number[]>;
}

export async function goldenTensors(name: string, folder = engineGolden): Promise<GoldenTensors> {
  const blob = new Blob([await readFile(path.join(folder, name, 'golden.safetensors'))]);
  const { tensors } = await openSafetensors({ name: 'golden.safetensors', blob });
  const read = async (tensor: string): Promise<ArrayBuffer> => {
    const found = tensors.get(tensor);
    if (found === undefined) throw new Error(`golden tensor ${tensor} is missing`);
    return (await found.read()).slice().buffer;
  };
  return {
    floats: async (tensor) => new Float32Array(await read(tensor)),
    integers: async (tensor) => [...new Int32Array(await read(tensor))],
  };
}

/** Largest absolute difference; infinite if a value is NaN or missing. */
export function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < one.length; index += 1) {
    const distance = Math.abs((one[index] ?? Number.NaN) - (other[index] ?? Number.NaN));
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, distance);
  }
  return largest;
}
