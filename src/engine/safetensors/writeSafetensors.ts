// Writes a safetensors file: PEFT adapters, checkpoints, test data. Canonical: names sorted, header padded to 8 bytes, so
// equal tensors have equal bytes (and one CID).
import { concatBytes } from '../../lib/bytes.ts';

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: 'F32' | 'F16' | 'BF16' | 'I32' | 'U32' | 'U8';
  readonly shape: readonly number[];
  /** Little-endian, as the browsers' typed arrays are. */
  readonly data: ArrayBufferView;
}

const byName = (left: { readonly name: string }, right: { readonly name: string }): number =>
  left.name < right.name ? -1 : 1;

/** The bytes of a safetensors file with `tensors` in the order of their names. */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(byName);
  const members: string[] = [];
  if (Object.keys(metadata).length > 0) members.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let offset = 0;
  for (const { name, dtype, shape, data } of ordered) {
    const end = offset + data.byteLength;
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const text = new TextEncoder().encode(`{${members.join(',')}}`);
  const header = new Uint8Array(Math.ceil(text.byteLength / 8) * 8).fill(0x20);
  header.set(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.byteLength), true);
  const parts = ordered.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return concatBytes([length, header, ...parts]);
}
