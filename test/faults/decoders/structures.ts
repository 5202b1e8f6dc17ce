import { decode, encode } from '@ipld/dag-cbor';
import { concatBytes } from '../../../src/lib/bytes.ts';
import type { Structure } from './decoder.ts';

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const json: Structure = {
  parse: (bytes) => JSON.parse(textOf(bytes)),
  write: (value) => utf8(JSON.stringify(value) ?? ''),
};

export const cbor: Structure = { parse: (bytes) => decode(bytes), write: (value) => encode(value) };

/** JSON whose length in bytes is stated before it as a little-endian u64 at `lengthAt`; what follows it is kept. */
export function measuredJson(lengthAt: number, alignment: number): Structure {
  const start = lengthAt + 8;
  const endOf = (bytes: Uint8Array): number =>
    start + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(lengthAt, true));
  const align = (offset: number): number => Math.ceil(offset / alignment) * alignment;
  return {
    parse: (bytes) => JSON.parse(textOf(bytes.subarray(start, endOf(bytes)))),
    write(value, example) {
      const text = utf8(JSON.stringify(value));
      const head = new Uint8Array(align(start + text.byteLength)).fill(0x20);
      head.set(example.subarray(0, lengthAt));
      new DataView(head.buffer).setBigUint64(lengthAt, BigInt(text.byteLength), true);
      head.set(text, start);
      if (alignment === 1) return concatBytes([head, example.subarray(endOf(example))]);
      return concatBytes([head.fill(0, start + text.byteLength), example.subarray(align(endOf(example)))]);
    },
  };
}
