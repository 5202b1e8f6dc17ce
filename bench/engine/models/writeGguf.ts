// Writes GGUF version 3, as far as a generated model needs it: strings, numbers and arrays as key-values, then tensors whose bytes
// are generated one at a time. Layout: the `gguf` specification of GGML.
import { closeSync, openSync, writeSync } from 'node:fs';

export type GgufEntry =
  | { readonly type: 'u32' | 'i32' | 'u64' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: Int32Array<ArrayBuffer> };

export interface GgufTensorSource {
  readonly name: string;
  /** GGML's number of the type: 0 is F32, 2 is Q4_0, 8 is Q8_0. */
  readonly type: number;
  /** Slowest first; the file stores them in reverse. */
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly make: () => Uint8Array;
}

const ALIGNMENT = 32;
const typeNumbers = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, u64: 10 } as const;
const utf8 = new TextEncoder();

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function u64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function text(value: string): Uint8Array {
  const bytes = utf8.encode(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function valueBytes(entry: GgufEntry): Uint8Array {
  const arrayOf = (type: number, length: number, elements: Uint8Array): Uint8Array =>
    Buffer.concat([u32(typeNumbers.array), u32(type), u64(length), elements]);
  const { type, value } = entry;
  switch (type) {
    case 'u32':
      return Buffer.concat([u32(typeNumbers.u32), u32(value)]);
    case 'i32':
      return Buffer.concat([u32(typeNumbers.i32), new Uint8Array(Int32Array.of(value).buffer)]);
    case 'u64':
      return Buffer.concat([u32(typeNumbers.u64), u64(value)]);
    case 'f32':
      return Buffer.concat([u32(typeNumbers.f32), new Uint8Array(Float32Array.of(value).buffer)]);
    case 'bool':
      return Buffer.concat([u32(typeNumbers.bool), Uint8Array.of(Number(value))]);
    case 'string':
      return Buffer.concat([u32(typeNumbers.string), text(value)]);
    case 'strings':
      return arrayOf(typeNumbers.string, value.length, Buffer.concat(value.map(text)));
    case 'i32s':
      return arrayOf(typeNumbers.i32, value.length, new Uint8Array(value.buffer));
  }
}

/** Writes the file; a tensor's bytes exist only while they are written. */
export function writeGguf(
  file: string,
  metadata: ReadonlyMap<string, GgufEntry>,
  tensors: readonly GgufTensorSource[],
): void {
  const parts: Uint8Array[] = [utf8.encode('GGUF'), u32(3), u64(tensors.length), u64(metadata.size)];
  for (const [key, entry] of metadata) parts.push(text(key), valueBytes(entry));
  let offset = 0;
  for (const { name, type, shape, bytes } of tensors) {
    parts.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(type), u64(offset));
    offset += aligned(bytes);
  }
  const header = Buffer.concat(parts);
  const handle = openSync(file, 'w');
  try {
    const pad = (bytes: number): void => {
      writeSync(handle, new Uint8Array(aligned(bytes) - bytes));
    };
    writeSync(handle, header);
    pad(header.length);
    for (const { make, bytes } of tensors) {
      writeSync(handle, make());
      pad(bytes);
    }
  } finally {
    closeSync(handle);
  }
}
