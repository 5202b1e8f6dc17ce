import { bytesToHex } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import { withLatinLookAlikes } from './lookAlikeLetters.ts';
import type { Row } from './types.ts';
import { withoutInvisible } from './withoutInvisible.ts';

/** Letters whose upper case is several letters (ß, ŉ, the Greek ones with iota): CaseFolding.txt folds them to those. */
const EXPANDING = /[ßŉǰΐΰևẖ-ẚẞᾀ-ᾯᾲ-ᾴᾶᾷᾼῂ-ῄῆῇῌῒΐῖῗῢ-ῤῦῧῲ-ῴῶῷῼ]/gu;

/** Unicode's full case folding, as near as the platform's case mappings come to it. */
function foldCase(text: string): string {
  return text
    .toLowerCase()
    .replace(EXPANDING, (letter) => letter.toUpperCase().toLowerCase())
    .replaceAll('ς', 'σ');
}

/** Spaces with dashes among them. Matched as one run: with spaces and dashes each repeated, a long run would be gone through for each start. */
const DASHES = /[\s\p{Pd}\u2212\u2043]+/gu;

/** Every dash is one; before a digit the last may be a sign, so that 2-2 is not 2 2. */
function markSigns(text: string): string {
  return text.replace(DASHES, (run, offset: number) => {
    const groups = run.split(/\s+/).filter((group) => group !== '').length;
    if (groups === 0 || !/^\p{N}/u.test(text.slice(offset + run.length, offset + run.length + 2))) return run;
    return groups === 1 ? '\u0001' : ' \u0001';
  });
}

function normalise(text: string): string {
  return (
    markSigns(foldCase(withoutInvisible(withoutInvisible(text).normalize('NFKC'))).normalize('NFKC'))
      // Punctuation, but for the signs that carry meaning: % & @ # * / \ _
      .replace(/(?:(?![%&@#*/\\_])[\p{P}\s\u2800`´ʹʻʼʽˈ′″«»])+/gu, ' ')
      .replace(/ +/g, ' ')
      .trim()
      .replaceAll('\u0001', '-')
  );
}

function keyOf(row: Row, form: (text: string) => string): string {
  const parts = [row.prompt, row.response].map((text) => {
    const formed = form(text);
    return normalise(formed) || withoutInvisible(formed).normalize('NFKC').trim();
  });
  return bytesToHex(sha256(new TextEncoder().encode(parts.join('\u0000')))).slice(0, 32);
}

/**
 * Two rows with the same key have the same content: prompt and response are compared without case, width, spacing, punctuation and
 * characters that are not drawn. Symbols that carry meaning remain: 2+2 is not 2-2. A text of punctuation alone is not changed.
 * Keys are computed where rows are read and stored nowhere, so that the rule can change with the program.
 */
export function contentKey(row: Row): string {
  return keyOf(row, (text) => text);
}

/** As `contentKey`, with letters that look Latin taken as Latin: two rows with the same key and different contents may be a disguised copy. */
export function lookAlikeKey(row: Row): string {
  return keyOf(row, (text) => withLatinLookAlikes(withoutInvisible(text).normalize('NFKC')));
}
