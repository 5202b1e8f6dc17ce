// The one place where the bytes of a file become text. Decoding is strict: a byte that is not of the encoding is refused with its
// place, so that the replacement character U+FFFD stands in a row only where it stands in the file.
import { TributaryError } from '../lib/errors.ts';
import { decodeStrictly } from './decodeStrictly.ts';
import { CODE_PAGES } from './encodings/codePages.ts';
import { guessSevenBit, isSevenBit } from './encodings/sevenBit.ts';
import type { TextEncoding } from './types.ts';

export interface DecodeTextParameters {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** Label of the WHATWG Encoding Standard, or one of those of `decodeStrictly` besides; decides instead of the bytes. */
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

/** Bytes that are decoded at once while a fault is looked for. */
const STEP = 4_096;

/** Line and column, from 1, of the first byte that is not of the encoding. */
function firstFault(bytes: Uint8Array, encoding: string): { readonly line: number; readonly column: number } {
  if (encoding.startsWith('utf-32')) return { line: 1, column: 1 };
  // No decoder takes these by parts; their shifts end with the line. Of Chinese in ISO 2022 the first shift is told.
  if (isSevenBit(encoding) || encoding === 'iso-2022-cn') {
    const lines = new TextDecoder('latin1').decode(bytes).split(/\r\n|\n|\r/);
    const isFaulty = (line: string): boolean =>
      isSevenBit(encoding) ? decodeStrictly(new TextEncoder().encode(line), encoding) === null : line.includes('\x1b');
    return { line: lines.findIndex(isFaulty) + 1, column: 1 };
  }
  const decoder = (): TextDecoder => new TextDecoder(encoding, { fatal: true });
  const steps = decoder();
  let start = 0;
  try {
    for (; start < bytes.byteLength; start += STEP) steps.decode(bytes.subarray(start, start + STEP), { stream: true });
  } catch {
    // In this step.
  }
  // Once more, in it byte by byte. Line ends are counted in the whole, where none of them is in two parts.
  const again = decoder();
  let text = again.decode(bytes.subarray(0, start), { stream: true });
  try {
    for (const byte of bytes.subarray(start, start + STEP)) text += again.decode(Uint8Array.of(byte), { stream: true });
  } catch {
    // Here.
  }
  let line = 1;
  let lineStart = 0;
  for (const { 0: end, index } of text.matchAll(/\r\n|\n|\r/g)) {
    line += 1;
    lineStart = index + end.length;
  }
  return { line, column: text.length - lineStart + 1 };
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

/**
 * The text of a file and the encoding that it was read in: the one that is asked for; or that of its byte order mark; or UTF-16 by its zero
 * bytes; or UTF-8, if it is that and no encoding of seven bits; or what statistics say. Throws `FILE_NOT_UTF8` or `FILE_NOT_IN_ENCODING` with
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
    return {
      text: decodeStrictly(bytes, label) ?? refuse(fileName, bytes, label),
      encoding: { name: label, by: 'choice' },
    };
  }
  const marked = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) {
    const [name] = marked;
    return { text: decodeStrictly(bytes, name) ?? refuse(fileName, bytes, name), encoding: { name, by: 'mark' } };
  }
  const wide = guessWide(bytes);
  const wideText = wide === null ? null : decodeStrictly(bytes, wide);
  if (wide !== null && wideText !== null) return { text: wideText, encoding: { name: wide, by: 'statistics' } };
  const text = decodeStrictly(bytes, 'utf-8');
  // A character for each byte: all of ASCII.
  const seven = text?.length === bytes.byteLength ? guessSevenBit(text) : null;
  if (seven !== null)
    return {
      text: decodeStrictly(bytes, seven) ?? refuse(fileName, bytes, seven),
      encoding: { name: seven, by: 'statistics' },
    };
  if (text !== null) return { text, encoding: { name: 'utf-8', by: 'validity' } };
  const { guessEncoding } = await import('./guessEncoding.ts');
  const name = isDamagedUtf8(bytes) ? null : guessEncoding(bytes);
  if (name === null) return refuse(fileName, bytes, 'utf-8');
  return { text: decodeStrictly(bytes, name) as string, encoding: { name, by: 'statistics' } };
}

function isKnown(label: string): boolean {
  if (/^utf-32[lb]e$/.test(label) || Object.hasOwn(CODE_PAGES, label) || isSevenBit(label)) return true;
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false; // the caller says it
  }
}
