// In which of the older encodings bytes are written, judged by what they would say in each: letters of a language, capitals where
// words begin, signs where signs stand. Two readings that are as likely are a question for a person.
import { decodeStrictly } from './decodeStrictly.ts';
import { ENCODINGS, type Language, WIDE_ENCODINGS } from './encodings/languages.ts';
import { isGarbled } from './isGarbled.ts';

/** Bytes that are looked at, from shortly before the first beyond ASCII. */
const SAMPLE_BYTES = 16 * 1024;
/** Fewer bytes beyond ASCII tell nothing. */
const MIN_EVIDENCE = 2;
/** Of 1, which is a text whose every sign is one of the most frequent. */
const MIN_SCORE = 0.45;
/** What most files are in goes first where little is to be seen. */
const PRIOR: Readonly<Record<string, number>> = { 'windows-1252': 0.6, 'windows-1250': 0.3, 'windows-1251': 0.3 };
/** By how much a reading must be better, in bytes that fit it and not the next. */
const MIN_LEAD = 1.4;

const TYPOGRAPHIC = /[’‘“”„‚«»‹›–—…•·€£¥§°©®™²³½¼ªº¿¡±µ×\u00a0]/;

type Score = (text: string) => number;

/** How well a sign stands where it stands. */
function scoreSign(text: string, index: number): number {
  const sign = text[index] as string;
  const [isAfter, isBefore] = [text[index - 1] ?? '', text[index + 1] ?? ''].map((beside) => /\p{L}/u.test(beside));
  if (isAfter && isBefore) return /[’·\u00a0]/.test(sign) ? 0.8 : -1;
  if (/[€£¥]/.test(sign)) {
    const isPrice =
      /\d\s?$/.test(text.slice(Math.max(0, index - 2), index)) || /^\s?\d/.test(text.slice(index + 1, index + 3));
    if (isPrice) return 1;
    return isAfter || isBefore ? -0.5 : 0.5;
  }
  if (isBefore && /[©®™§±×½¼²³ªº]/.test(sign)) return -0.5;
  // They open a quotation in few languages.
  return isBefore && /[”»›]/.test(sign) ? 0.2 : 0.8;
}

/** Where letters and signs stand: a capital within a word is rare, and a sign within it rarer. */
function scoreOf({ letters, isOwnAlphabet }: Language): Score {
  const rank = new Map(
    [...letters].map((letter, index) => [letter, 1 - (isOwnAlphabet ? 0.8 : 0.6) * (index / letters.length)]),
  );
  return (text) => {
    let score = 0;
    let before = '';
    const isShouted = !/(?![a-z])\p{Ll}/u.test(text);
    for (let index = 0; index < text.length; index += 1) {
      const character = text[index] as string;
      if (character > '\u007f') {
        const isInWord = /\p{L}/u.test(before);
        const lower = character.toLowerCase();
        const known = rank.get(character) ?? rank.get(lower);
        if (known !== undefined) {
          const isCapital = character !== lower;
          const isAlone = !isInWord && !/\p{L}/u.test(text[index + 1] ?? '');
          if (isCapital && isAlone) score += 0.3;
          else if (!isCapital || !isInWord) score += known;
          else score += before === before.toLowerCase() ? -1 : known * (isShouted ? 0.9 : 0.5);
          // One sigma ends words, the other does not.
          if (character === 'ς' && /\p{L}/u.test(text[index + 1] ?? '')) score -= 1;
          if (character === 'σ' && !/\p{L}/u.test(text[index + 1] ?? '')) score -= 1;
          // Letters of two alphabets in one word.
          if (isOwnAlphabet && /[a-z]/i.test(before)) score -= 1;
        } else score += TYPOGRAPHIC.test(character) ? scoreSign(text, index) : -1;
      }
      before = character;
    }
    return score;
  };
}

/** Each sign stands for two bytes. */
function scoreWide(frequent: string): Score {
  const known = new Set(frequent);
  return (text) => {
    let score = 0;
    let before = '';
    for (const character of text) {
      const isInLatin = /[a-z]/i.test(before);
      before = character;
      if (character <= '\u007f') continue;
      // Half a Latin word and the sign that its other letters would be.
      if (isInLatin) score -= 1;
      if (known.has(character) || /[\u3040-\u30ff、。「」？！，：；（）《》・ー…“”]/.test(character)) score += 2;
      else if (/[\uac00-\ud7a3]/.test(character)) score += 0.7;
      else if (/[\u4e00-\u9fff]/.test(character)) score += 0.7;
      else if (/[\uff10-\uff5a]/.test(character)) score += 1;
      else score -= 2;
    }
    return score;
  };
}

interface Reading {
  readonly encoding: string;
  readonly text: string;
  readonly score: number;
}

/** The name of the encoding; null where none fits, or two fit as well. */
export function guessEncoding(bytes: Uint8Array): string | null {
  const from = bytes.findIndex((byte) => byte > 0x7f);
  const sample = bytes.subarray(Math.max(0, from - 64), from + SAMPLE_BYTES);
  let evidence = 0;
  for (const byte of sample) if (byte > 0x7f) evidence += 1;
  if (evidence < MIN_EVIDENCE) return null;

  const isCut = sample.byteOffset + sample.byteLength < bytes.byteOffset + bytes.byteLength;
  const readings: Reading[] = [];
  const read = (encoding: string, scores: readonly Score[]): void => {
    const text = decodeStrictly(sample, encoding, isCut);
    // Control characters of the upper half stand in no text: the guess is wrong.
    if (text === null || /[\u0080-\u009f]/.test(text)) return;
    readings.push({ encoding, text, score: Math.max(...scores.map((score) => score(text))) + (PRIOR[encoding] ?? 0) });
  };
  for (const [encoding, frequent] of WIDE_ENCODINGS) read(encoding, [scoreWide(frequent)]);
  for (const [encoding, languages] of ENCODINGS) read(encoding, languages.map(scoreOf));
  readings.sort((one, other) => other.score - one.score);
  const best = readings.find(({ encoding }) => decodeStrictly(bytes, encoding) !== null);
  if (best === undefined || best.score - (PRIOR[best.encoding] ?? 0) < evidence * MIN_SCORE) return null;
  // Some of it is UTF-8, whatever the rest is.
  if (isGarbled(best.text)) return null;
  const next = readings.find(({ text, score }) => text !== best.text && score <= best.score);
  return next !== undefined && best.score - next.score < MIN_LEAD ? null : best.encoding;
}
