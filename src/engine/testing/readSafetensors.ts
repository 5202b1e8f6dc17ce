// For tests only: all tensors of a safetensors file on disk at once, f64 and i64 included.
import { readFileSync } from 'node:fs';

export type GoldenTensor = ArrayLike<number> & Iterable<number>;

export function readSafetensors(file: string): Readonly<Record<string, GoldenTensor>> {
  const bytes = readFileSync(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const tensors: Record<string, GoldenTensor> = {};
  for (const [name, { dtype, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { buffer } = new Uint8Array(bytes.subarray(start + data_offsets[0], start + data_offsets[1]));
    if (dtype === 'F64') tensors[name] = new Float64Array(buffer);
    else if (dtype === 'F32') tensors[name] = new Float32Array(buffer);
    else if (dtype === 'I64') tensors[name] = Float64Array.from(new BigInt64Array(buffer), Number);
    else if (dtype === 'I32') tensors[name] = new Int32Array(buffer);
    else if (dtype === 'U8') tensors[name] = new Uint8Array(buffer);
    else throw new Error(`${file}: no dtype ${dtype}`);
  }
  return tensors;
}
