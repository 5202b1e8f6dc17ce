// For tests only: all tensors of a safetensors file at once, f64 and i64 included.

export type GoldenTensor = ArrayLike<number> & Iterable<number>;

/** All tensors of a safetensors file given as its bytes; `name` is for the error. */
export function parseSafetensors(bytes: Uint8Array, name: string): Readonly<Record<string, GoldenTensor>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const tensors: Record<string, GoldenTensor> = {};
  for (const [tensor, { dtype, data_offsets }] of Object.entries(header)) {
    if (tensor === '__metadata__') continue;
    const { buffer } = new Uint8Array(bytes.subarray(start + data_offsets[0], start + data_offsets[1]));
    if (dtype === 'F64') tensors[tensor] = new Float64Array(buffer);
    else if (dtype === 'F32') tensors[tensor] = new Float32Array(buffer);
    else if (dtype === 'I64') tensors[tensor] = Float64Array.from(new BigInt64Array(buffer), Number);
    else if (dtype === 'I32') tensors[tensor] = new Int32Array(buffer);
    else if (dtype === 'U8') tensors[tensor] = new Uint8Array(buffer);
    else throw new Error(`${name}: no dtype ${dtype}`);
  }
  return tensors;
}
