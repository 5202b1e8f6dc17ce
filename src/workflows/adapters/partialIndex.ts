// The sketches of an attribution index that is being built, as bytes: a build that was stopped goes on from them.
// Little-endian: u32 parameter count, u32 sketch size, then of each sketch its exponent (i32) and its codes (i8).
import type { Sketch } from '../../attribution/index.ts';

export interface PartialIndex {
  /** Elements of each gradient; 0 before the first. */
  readonly parameterCount: number;
  readonly sketches: readonly Sketch[];
}

const HEADER_BYTES = 8;
const EXPONENT_BYTES = 4;

export function encodePartialIndex({ parameterCount, sketches }: PartialIndex): Uint8Array<ArrayBuffer> {
  const size = sketches[0]?.codes.length ?? 0;
  const stride = EXPONENT_BYTES + size;
  const bytes = new Uint8Array(HEADER_BYTES + sketches.length * stride);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, parameterCount, true);
  view.setUint32(4, size, true);
  for (const [index, { codes, exponent }] of sketches.entries()) {
    const offset = HEADER_BYTES + index * stride;
    view.setInt32(offset, exponent, true);
    bytes.set(new Uint8Array(codes.buffer, codes.byteOffset, size), offset + EXPONENT_BYTES);
  }
  return bytes;
}

/** A last sketch that is cut off is dropped; of bytes that are no sketches nothing is left, and the build starts over. */
export function decodePartialIndex(bytes: Uint8Array): PartialIndex {
  if (bytes.byteLength < HEADER_BYTES) return { parameterCount: 0, sketches: [] };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(4, true);
  const stride = EXPONENT_BYTES + size;
  const count = size === 0 ? 0 : Math.floor((bytes.byteLength - HEADER_BYTES) / stride);
  return {
    parameterCount: view.getUint32(0, true),
    sketches: Array.from({ length: count }, (_, index) => {
      const offset = HEADER_BYTES + index * stride;
      return {
        exponent: view.getInt32(offset, true),
        codes: new Int8Array(bytes.slice(offset + EXPONENT_BYTES, offset + stride).buffer),
      };
    }),
  };
}
