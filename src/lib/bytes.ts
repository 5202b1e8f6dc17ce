// Byte arrays: concatenation, hexadecimal, copies on a buffer of their own.
import { TributaryError } from './errors.ts';

/** One new array with the parts laid end to end. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}

/**
 * The same bytes on a buffer of exactly their length. Structured clone (postMessage, IndexedDB) copies the whole buffer
 * behind a view, so a view into a large message must be copied first.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const owned = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return owned ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

export function bytesToHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

/** Bytes of a hexadecimal string, with or without `0x`. Throws `HEX_INVALID`. */
export function hexToBytes(hex: string): Uint8Array<ArrayBuffer> {
  const digits = hex.startsWith('0x') ? hex.slice(2) : hex;
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) {
    throw new TributaryError({
      code: 'HEX_INVALID',
      message: 'This text is not hexadecimal.',
      facts: { value: hex.slice(0, 80) },
      hint: 'Give an even number of the digits 0-9 and a-f.',
    });
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/** All parts as one, as they arrive: memory is taken for what came, and not for a size that somebody states. */
export async function collectBytes(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return concatBytes(all);
}
