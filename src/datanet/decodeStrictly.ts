import { CODE_PAGES } from './encodings/codePages.ts';
import { decodeSevenBit, isSevenBit } from './encodings/sevenBit.ts';

/** Text of UTF-16 units that are computed, without an object for each of them. */
function fromUnits(units: Uint16Array): string {
  return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(units);
}

/** UTF-32, which platforms do not decode; null when it is not well-formed. */
function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string | null {
  if (bytes.byteLength % 4 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units = new Uint16Array(bytes.byteLength / 2);
  let length = 0;
  for (let offset = 0; offset < bytes.byteLength; offset += 4) {
    const point = view.getUint32(offset, littleEndian);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return null;
    const character = String.fromCodePoint(point);
    for (let index = 0; index < character.length; index += 1) units[length++] = character.charCodeAt(index);
  }
  return fromUnits(units.subarray(0, length));
}

function decodeCodePage(bytes: Uint8Array, upper: string): string {
  return fromUnits(Uint16Array.from(bytes, (byte) => (byte < 0x80 ? byte : upper.charCodeAt(byte - 0x80))));
}

/**
 * Text of bytes; null where they are not of this encoding. A byte order mark is not text. `isCut`: the last character may be
 * incomplete.
 */
export function decodeStrictly(bytes: Uint8Array, encoding: string, isCut = false): string | null {
  if (Object.hasOwn(CODE_PAGES, encoding)) return decodeCodePage(bytes, CODE_PAGES[encoding] as string);
  if (isSevenBit(encoding)) return decodeSevenBit(bytes, encoding);
  try {
    const text = /^utf-32[lb]e$/.test(encoding)
      ? decodeUtf32(bytes, encoding === 'utf-32le')
      : new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
    return text?.startsWith('\ufeff') === true ? text.slice(1) : text;
  } catch {
    return null; // the caller says it
  }
}
