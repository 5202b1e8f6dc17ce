import { bytesToHex } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import { withLatinLookAlikes } from './lookAlikeLetters.ts';
import type { Row } from './types.ts';
import { withoutInvisible } from './withoutInvisible.ts';

/** Letters whose upper case is several letters (ß, ŉ, the Greek ones with iota), and forms of Cyrillic ones: CaseFolding.txt folds them so. */
const EXPANDING = /[ßŉǰΐΰևẖ-ẚẞᾀ-ᾯᾲ-ᾴᾶᾷᾼῂ-ῄῆῇῌῒΐῖῗῢ-ῤῦῧῲ-ῴῶῷῼᲀ-ᲈ]/gu;

/** Unicode's full case folding, as near as the platform's case mappings come to it. */
function foldCase(text: string): string {
  return text
    .toLowerCase()
    .replace(EXPANDING, (letter) => letter.toUpperCase().toLowerCase())
    .replaceAll('ς', 'σ');
}

/** NFKC, but that a raised digit stays raised (10² is not 102), a fraction stands apart from what precedes it, and one sign is one. */
function compatible(text: string): string {
  return text
    .replaceAll('\x85', ' ')
    .replaceAll('´', "'")
    .replace(/[⁰¹²³⁴-⁹⁺⁻⁼⁽⁾ⁿⁱ]+/g, '^$&')
    .replace(/(?<=\p{Nd})[¼-¾⅐-⅞↉]/gu, ' $&')
    .normalize('NFKC')
    .replaceAll('ـ', '') // a letter drawn out
    .replace(/[⁄∕]/g, '/')
    .replaceAll('∗', '*')
    .replaceAll('∶', ':')
    .replace(/[\p{Pd}\u2212\u2043]/gu, '-');
}

/** Spaces with dashes among them. Matched as one run: with spaces and dashes each repeated, a long run would be gone through for each start. */
const DASHES = /[\s-]+/g;

/** Before a digit the last dash may be a sign, so that 2-2 is not 2 2. */
function markSigns(text: string): string {
  return text.replace(DASHES, (run, offset: number) => {
    const groups = run.split(/\s+/).filter((group) => group !== '').length;
    if (groups === 0 || !/^\p{N}/u.test(text.slice(offset + run.length, offset + run.length + 2))) return run;
    return groups === 1 ? '\u0001' : ' \u0001';
  });
}

/**
 * Signs that are punctuation elsewhere: the point and the colon within a number, not equal, negation, the factorial of a number in a
 * formula, a derivative, feet and inches.
 */
const MEANT =
  /(?<=\p{Nd})[.:](?=\p{Nd})|!(?==)|(?<![^\s([{=&|])!(?=[\p{L}(])|(?<=\p{Nd})!(?=\s?[-+*/^=)])|(?<=(?<!\p{L})\p{L})['′]{1,3}(?=\()|(?<=\p{Nd})′{1,3}/gu;

const MEANT_SIGNS = ".:!'′";

/** Each as a character of private use, until the punctuation is gone. */
function markMeant(text: string): string {
  return text.replace(MEANT, (signs) =>
    [...signs].map((sign) => String.fromCharCode(0xe000 + MEANT_SIGNS.indexOf(sign))).join(''),
  );
}

function normalise(text: string): string {
  return (
    markMeant(markSigns(foldCase(withoutInvisible(compatible(withoutInvisible(text)))).normalize('NFKC')))
      // Punctuation, but for the signs that carry meaning.
      .replace(/(?:(?![%‰‱&@#*/\\_§¶⌈-⌋])[\p{P}\s\u2800`ʹʻʼʽˈ′″«»])+/gu, ' ')
      .replace(/ +/g, ' ')
      .trim()
      .replaceAll('\u0001', '-')
  );
}

function keyOf(row: Row, form: (text: string) => string): string {
  const parts = [row.prompt, row.response].map((text) => {
    const formed = form(text);
    return normalise(formed) || compatible(withoutInvisible(formed)).trim();
  });
  return bytesToHex(sha256(new TextEncoder().encode(parts.join('\u0000')))).slice(0, 32);
}

/**
 * Two rows with the same key have the same content: prompt and response are compared without case, width, spacing, punctuation and
 * characters that are not drawn. Symbols that carry meaning remain: 2+2 is not 2-2, nor 10² 102, nor 1.5 1,5. A text of punctuation alone is not changed.
 * Keys are computed where rows are read and stored nowhere, so that the rule can change with the program.
 */
export function contentKey(row: Row): string {
  return keyOf(row, (text) => text);
}

/** As `contentKey`, with letters that look Latin taken as Latin: two rows with the same key and different contents may be a disguised copy. */
export function lookAlikeKey(row: Row): string {
  return keyOf(row, (text) => withLatinLookAlikes(compatible(withLatinLookAlikes(withoutInvisible(text)))));
}
