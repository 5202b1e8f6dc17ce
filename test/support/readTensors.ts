// A plain reader of safetensors files of golden data, f64 included. Tests only.
import { readFileSync } from 'node:fs';

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array | Int32Array | Int8Array | Float32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const arrays = { F64: Float64Array, F32: Float32Array, I32: Int32Array, I8: Int8Array } as const;

export function readTensors(file: string): ReadonlyMap<string, GoldenTensor> {
  const bytes = readFileSync(file);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<string, Entry>;
  const tensors = new Map<string, GoldenTensor>();
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(header)) {
    const type = arrays[dtype as keyof typeof arrays];
    if (name === '__metadata__' || type === undefined) continue;
    const start = 8 + headerLength;
    tensors.set(name, { shape, data: new type(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer) });
  }
  return tensors;
}
