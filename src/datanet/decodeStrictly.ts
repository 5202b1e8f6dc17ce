import { CODE_PAGES } from './encodings/codePages.ts';

/** UTF-32, which platforms do not decode; null when it is not well-formed. */
function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string | null {
  if (bytes.byteLength % 4 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let offset = 0; offset < bytes.byteLength; offset += 4) {
    const point = view.getUint32(offset, littleEndian);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return null;
    parts.push(String.fromCodePoint(point));
  }
  return parts.join('');
}

function decodeCodePage(bytes: Uint8Array, upper: string): string {
  const parts: string[] = [];
  for (const byte of bytes) parts.push(byte < 0x80 ? String.fromCharCode(byte) : (upper[byte - 0x80] as string));
  return parts.join('');
}

/**
 * Text of bytes; null where they are not of this encoding. A byte order mark is not text. `isCut`: the last character may be
 * incomplete.
 */
export function decodeStrictly(bytes: Uint8Array, encoding: string, isCut = false): string | null {
  const upper = CODE_PAGES[encoding];
  if (upper !== undefined) return decodeCodePage(bytes, upper);
  try {
    const text = /^utf-32[lb]e$/.test(encoding)
      ? decodeUtf32(bytes, encoding === 'utf-32le')
      : new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
    return text?.startsWith('\ufeff') === true ? text.slice(1) : text;
  } catch {
    return null; // the caller says it
  }
}
