// The one place where the bytes of a file become text. Decoding is strict: a byte that is not of the encoding is refused with its
// place, so that the replacement character U+FFFD stands in a row only where it stands in the file.
import { TributaryError } from '../lib/errors.ts';
import type { TextEncoding } from './types.ts';

export interface DecodeTextParameters {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** Label of the WHATWG Encoding Standard, or `utf-32le`, `utf-32be`; decides instead of the bytes. */
  readonly encoding?: string | undefined;
}

const BYTE_ORDER_MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Bytes that the statistics look at. */
const SAMPLE_BYTES = 64 * 1024;
/** Fewer bytes beyond ASCII tell nothing of the encoding. */
const MIN_EVIDENCE = 2;

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

/** Strictly; null where the bytes are not of this encoding. A byte order mark is not text. */
function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    const text = /^utf-32[lb]e$/.test(encoding)
      ? decodeUtf32(bytes, encoding === 'utf-32le')
      : new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    return text?.startsWith('\ufeff') === true ? text.slice(1) : text;
  } catch {
    return null; // the caller says it
  }
}

/** Line and column, from 1, of the first byte that is not of the encoding. */
function firstFault(bytes: Uint8Array, encoding: string): { readonly line: number; readonly column: number } {
  if (encoding.startsWith('utf-32')) return { line: 1, column: 1 };
  const STEP = 4_096;
  let line = 1;
  let column = 1;
  const count = (text: string): void => {
    const lines = text.split(/\r\n|\n|\r/);
    line += lines.length - 1;
    column = (lines.length === 1 ? column : 1) + (lines.at(-1) as string).length;
  };
  const decoder = (): TextDecoder => new TextDecoder(encoding, { fatal: true });
  const whole = decoder();
  let start = 0;
  try {
    for (; start < bytes.byteLength; start += STEP)
      count(whole.decode(bytes.subarray(start, start + STEP), { stream: true }));
  } catch {
    // Once more from a little before, byte by byte; what was counted before this step stays.
    const again = decoder();
    const from = Math.max(0, start - 4);
    let warm = from;
    // The first bytes may be the end of a character: they are skipped until the decoder follows.
    for (; warm < start; warm += 1) {
      try {
        const trial = decoder();
        trial.decode(bytes.subarray(warm, start), { stream: true });
        break;
      } catch {
        // begins inside a character
      }
    }
    try {
      again.decode(bytes.subarray(warm, start), { stream: true });
      for (let at = start; at < Math.min(start + STEP, bytes.byteLength); at += 1)
        count(again.decode(bytes.subarray(at, at + 1), { stream: true }));
    } catch {
      // here it is
    }
  }
  return { line, column };
}

function refuse(fileName: string, bytes: Uint8Array, encoding: string): never {
  const place = firstFault(bytes, encoding);
  if (encoding === 'utf-8')
    throw new TributaryError({
      code: 'FILE_NOT_UTF8',
      message: 'The file is not UTF-8 text.',
      facts: { file: fileName, line: place.line, column: place.column },
      hint: 'Choose the encoding in which it was saved, or save it again as UTF-8.',
    });
  throw new TributaryError({
    code: 'FILE_NOT_IN_ENCODING',
    message: `The file is not text in the encoding ${encoding}.`,
    facts: { file: fileName, encoding, line: place.line, column: place.column },
    hint: 'Choose the encoding in which it was saved, or save it again as UTF-8.',
  });
}

/** UTF-16 or UTF-32 without a mark: its zero bytes stand at every second place, or at three of four. */
function guessWide(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES - (SAMPLE_BYTES % 4));
  const zeros = [0, 0, 0, 0];
  for (let index = 0; index < sample.byteLength; index += 1)
    if (sample[index] === 0) zeros[index % 4] = (zeros[index % 4] as number) + 1;
  const quarter = sample.byteLength / 4;
  const most = (...places: number[]): boolean => places.every((place) => (zeros[place] as number) > quarter * 0.9);
  if (most(2, 3)) return 'utf-32le';
  if (most(0, 1)) return 'utf-32be';
  const [even, odd] = [(zeros[0] as number) + (zeros[2] as number), (zeros[1] as number) + (zeros[3] as number)];
  // Other alphabets have zero bytes only in their spaces, line ends and signs; a table or JSON begins with two of ASCII.
  const begins = (zero: number): boolean => sample[zero] === 0 && sample[zero + 2] === 0;
  const isMostly = (many: number, few: number, zero: number): boolean =>
    many > few * 4 && many > quarter * (begins(zero) ? 0.02 : 0.6);
  if (isMostly(odd, even, 1)) return 'utf-16le';
  if (isMostly(even, odd, 0)) return 'utf-16be';
  return null;
}

/** Where the bytes beyond ASCII begin: what stands before them tells nothing of the encoding. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const start = Math.max(
    0,
    bytes.findIndex((byte) => byte > 0x7f),
  );
  return bytes.subarray(Math.max(0, start - 1_024), start + SAMPLE_BYTES);
}

/** Well-formed characters of several bytes and faults, in the sample: a damaged UTF-8 file is not one of another encoding. */
function isDamagedUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(sampleOf(bytes));
  const faults = text.split('\ufffd').length - 1;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  const characters = (text.match(/[^\u0000-\u007f\ufffd]/gu) ?? []).length;
  return characters > faults * 2;
}

/** Names as the Encoding Standard has them, where the library has others. */
const STANDARD_NAMES: Readonly<Record<string, string>> = {
  'iso-8859-1': 'windows-1252',
  'iso-8859-9': 'windows-1254',
  gb18030: 'gb18030',
};

/** By statistics over the letters (the library `chardet`, after ICU); null where none fits. */
async function guessLegacy(bytes: Uint8Array): Promise<string | null> {
  let evidence = 0;
  const sample = sampleOf(bytes);
  for (const byte of sample) if (byte > 0x7f) evidence += 1;
  if (evidence < MIN_EVIDENCE) return null;
  const { analyse } = await import('chardet');
  let best: { readonly encoding: string; readonly confidence: number; readonly text: string } | undefined;
  for (const { name, confidence } of analyse(sample)) {
    const lower = name.toLowerCase();
    const encoding = STANDARD_NAMES[lower] ?? lower;
    if (best !== undefined && confidence < best.confidence) break;
    // Most like UTF-8 and not well-formed: it is damaged, or holds halves of characters as some databases write them.
    if (encoding === 'utf-8' && best === undefined && confidence > 50) return null;
    if (encoding === 'utf-8' || encoding === 'ascii') continue;
    const text = decode(bytes, encoding);
    // Control characters of the upper half stand in no text: the guess is wrong.
    if (text === null || /[\u0080-\u0084\u0086-\u009f]/.test(text)) continue;
    // Two that are as likely and read otherwise: a person says which.
    if (best !== undefined && best.text !== text) return null;
    best ??= { encoding, confidence, text };
  }
  return best?.encoding ?? null;
}

/**
 * The text of a file and the encoding that it was read in: the one that is asked for; or that of its byte order mark; or UTF-8, if it
 * is that; or UTF-16 by its zero bytes; or what statistics say. Throws `FILE_NOT_UTF8` or `FILE_NOT_IN_ENCODING` with
 * line and column, or `ENCODING_UNKNOWN`.
 */
export async function decodeText({
  bytes,
  fileName,
  encoding,
}: DecodeTextParameters): Promise<{ readonly text: string; readonly encoding: TextEncoding }> {
  if (encoding !== undefined) {
    const label = encoding.toLowerCase().slice(0, 40);
    if (!isKnown(label))
      throw new TributaryError({
        code: 'ENCODING_UNKNOWN',
        message: `No encoding is known as "${label}".`,
        facts: { encoding: label },
        hint: 'Choose one of the list.',
      });
    return { text: decode(bytes, label) ?? refuse(fileName, bytes, label), encoding: { name: label, by: 'choice' } };
  }
  const marked = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) {
    const [name] = marked;
    return { text: decode(bytes, name) ?? refuse(fileName, bytes, name), encoding: { name, by: 'mark' } };
  }
  const wide = guessWide(bytes);
  const wideText = wide === null ? null : decode(bytes, wide);
  if (wide !== null && wideText !== null) return { text: wideText, encoding: { name: wide, by: 'statistics' } };
  const text = decode(bytes, 'utf-8');
  if (text !== null) return { text, encoding: { name: 'utf-8', by: 'validity' } };
  const name = isDamagedUtf8(bytes) ? null : await guessLegacy(bytes);
  if (name === null) return refuse(fileName, bytes, 'utf-8');
  return { text: decode(bytes, name) as string, encoding: { name, by: 'statistics' } };
}

function isKnown(label: string): boolean {
  if (/^utf-32[lb]e$/.test(label)) return true;
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false; // the caller says it
  }
}
