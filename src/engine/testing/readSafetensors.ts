// For tests only: all tensors of a safetensors file on disk.
import { readFileSync } from 'node:fs';
import { type GoldenTensor, parseSafetensors } from './parseSafetensors.ts';

export function readSafetensors(file: string): Readonly<Record<string, GoldenTensor>> {
  return parseSafetensors(readFileSync(file), file);
}
