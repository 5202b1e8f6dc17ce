// Encodings of seven bits: their bytes are well-formed ASCII, so whoever reads them as UTF-8 reads "Z+APw-rich". Platforms decode only
// ISO-2022-JP of them; what the others shift into is brought into the encoding of eight bits that it is of.

/** Null where they are not of the encoding. */
function decode(binary: string, encoding: string): string | null {
  try {
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null; // the caller says it
  }
}

/** Characters of two bytes whose upper bits were left out. */
function decodeRaised(pairs: string, encoding: string): string | null {
  const raised = pairs.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) | 0x80));
  return decode(raised, encoding);
}

/** UTF-16 in base64 without padding: whole units, and zeros in the bits that are left over. */
function decodeShifted(base64: string): string | null {
  // No run of whole bytes has this length.
  if (base64.length % 4 === 1) return null;
  const binary = atob(base64);
  const whole = binary.slice(0, binary.length - (binary.length % 2));
  return whole !== '' && btoa(whole).replace(/={1,2}$/, '') === base64 ? decode(whole, 'utf-16be') : null;
}

/** Null where `decodePart` is it for one of the matches. */
function decodeParts(
  text: string,
  pattern: RegExp,
  decodePart: (match: string, ...groups: (string | undefined)[]) => string | null,
): string | null {
  let isValid = true;
  const decoded = text.replace(pattern, (match, ...groups) => {
    const part = decodePart(match, ...groups);
    isValid &&= part !== null;
    return part ?? '';
  });
  return isValid ? decoded : null;
}

const SHIFTED = /\+([A-Za-z0-9+/]*)(-?)/g;

/** Decodes ASCII text; null where it is not of the encoding. */
type Decoder = (text: string) => string | null;

const DECODERS: Readonly<Record<string, Decoder>> = {
  // RFC 2152
  'utf-7': (text) =>
    decodeParts(text, SHIFTED, (shifted, base64 = '') => {
      if (base64 === '') return shifted === '+-' ? '+' : null;
      return decodeShifted(base64);
    }),
  // RFC 1843: between ~{ and ~}, or the end of the line
  'hz-gb-2312': (text) =>
    decodeParts(text, /~(?:~|\r?\n|\{((?:[!-}][!-~])*)(?:~\}|(?=[\r\n]|$)))?/g, (all, pairs) => {
      if (pairs !== undefined) return decodeRaised(pairs, 'gb18030');
      if (all === '~') return null;
      return all === '~~' ? '~' : '';
    }),
  // RFC 1557: between SO and SI, or the end of the line, once the designator stands
  'iso-2022-kr': (text) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: SO, SI and the escape are such.
    decodeParts(text, /\x1b\$\)C|\x0e([^\x0e\x0f\x1b\r\n]*)(?:\x0f|(?=[\r\n]|$))|[\x0e\x0f\x1b]/g, (all, pairs) => {
      if (pairs !== undefined) return decodeRaised(pairs, 'euc-kr');
      return all.length > 1 ? '' : null;
    }),
};

export function isSevenBit(encoding: string): boolean {
  return Object.hasOwn(DECODERS, encoding);
}

/** Text of bytes in one of these; null where they are not of it. */
export function decodeSevenBit(bytes: Uint8Array, encoding: string): string | null {
  if (bytes.some((byte) => byte > 0x7f)) return null;
  return DECODERS[encoding]?.(new TextDecoder('latin1').decode(bytes)) ?? null;
}

/** Which character sets an escape names: Korean; Chinese, which nothing here decodes; Japanese. */
const ESCAPES: readonly (readonly [encoding: string, sign: RegExp])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is one.
  ['iso-2022-kr', /\x1b\$\)C/],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is one.
  ['iso-2022-cn', /\x1b\$[)*+][AEGH-M]/],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is one.
  ['iso-2022-jp', /\x1b\$\(?[@-DO-Q]/],
];

/** A character that stands in texts, so that what decodes to others was not what it seemed. */
const OF_TEXT = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\s]*$/u;
const EAST_ASIAN = /[\u2e80-\ud7ff\uf900-\ufaff]/;

/**
 * Whether every plus of `text` begins a character beyond ASCII, or is one that was written as `+-`. A name behind a plus can read as a
 * letter ("REST+API-first"), so that two of them must, or a longer word.
 */
function isUtf7(text: string): boolean {
  const words = new Map<string, string>();
  for (const [all, base64 = ''] of text.matchAll(SHIFTED)) {
    if (all === '+') return false;
    if (base64 === '') continue;
    const word = words.get(base64) ?? decodeSevenBit(new TextEncoder().encode(`+${base64}-`), 'utf-7');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
    if (word === null || !OF_TEXT.test(word) || /^[\u0000-\u007f]*$/.test(word)) return false;
    words.set(base64, word);
  }
  let longest = 0;
  let isEastAsian = false;
  for (const word of words.values()) {
    longest = Math.max(longest, word.length);
    isEastAsian ||= EAST_ASIAN.test(word);
  }
  return longest >= 8 || (words.size >= 2 && (!isEastAsian || longest >= 4));
}

/** In which of these encodings ASCII text is written; null where it is what it says. */
export function guessSevenBit(text: string): string | null {
  const escaped = ESCAPES.find(([, sign]) => sign.test(text));
  if (escaped !== undefined) return escaped[0];
  if (/~\{(?:[!-w][!-~])+(?:~\}|[\r\n])/.test(text)) {
    const decoded = decodeSevenBit(new TextEncoder().encode(text), 'hz-gb-2312');
    if (decoded !== null && OF_TEXT.test(decoded)) return 'hz-gb-2312';
  }
  return isUtf7(text) ? 'utf-7' : null;
}
