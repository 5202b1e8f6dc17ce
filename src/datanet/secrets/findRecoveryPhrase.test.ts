// Phrases that the library makes, in each language and length, and how near they may come without being one.
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist as czech } from '@scure/bip39/wordlists/czech';
import { wordlist as english } from '@scure/bip39/wordlists/english';
import { wordlist as french } from '@scure/bip39/wordlists/french';
import { wordlist as italian } from '@scure/bip39/wordlists/italian';
import { wordlist as japanese } from '@scure/bip39/wordlists/japanese';
import { wordlist as korean } from '@scure/bip39/wordlists/korean';
import { wordlist as portuguese } from '@scure/bip39/wordlists/portuguese';
import { wordlist as simplifiedChinese } from '@scure/bip39/wordlists/simplified-chinese';
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish';
import { wordlist as traditionalChinese } from '@scure/bip39/wordlists/traditional-chinese';
import { describe, expect, it } from 'vitest';
import { crc32 } from './checksums.ts';
import { findRecoveryPhrase } from './findRecoveryPhrase.ts';

const LISTS = {
  english,
  french,
  italian,
  spanish,
  portuguese,
  czech,
  japanese,
  korean,
  simplifiedChinese,
  traditionalChinese,
};
const made = (list: string[], bytes: number, step = 37): string[] =>
  entropyToMnemonic(
    Uint8Array.from({ length: bytes }, (_, index) => (index * step + 11) % 256),
    list,
  ).split(/[ \u3000]/);
const found = (text: string): string | undefined => {
  const phrase = findRecoveryPhrase(text);
  return phrase === undefined
    ? undefined
    : `${text.slice(phrase.start, phrase.end)}${phrase.certain ? '' : ' (uncertain)'}`;
};

describe.each(Object.entries(LISTS))('%s', (name, list) => {
  it.each([16, 20, 24, 28, 32])('of %i bytes, within a text', (bytes) => {
    const phrase = made(list, bytes).join(' ');
    // Chinese signs are words each.
    const text = `-- 1234: ${phrase} ! 99`;
    expect(found(text)).toBe(phrase);
    expect(found(phrase.toUpperCase())?.toLowerCase()).toBe(phrase.toLowerCase());
    expect(found(phrase.normalize('NFC'))).toBe(phrase.normalize('NFC'));
  });

  it('with another last word is none that is sure in English, and one in other languages', () => {
    const words = made(list, 16);
    const other = list.find((word) => {
      const changed = [...words.slice(0, -1), word].join(' ');
      return (
        word !== words.at(-1) &&
        (name === 'english' ? found(changed)?.endsWith('(uncertain)') : found(changed) !== undefined)
      );
    });
    expect(other).toBeDefined();
    const changed = [...words.slice(0, -1), other].join(' ');
    expect(found(changed)).toBe(name === 'english' ? `${changed} (uncertain)` : changed);
    // Eleven are no phrase.
    expect(found(words.slice(1).join(' '))).toBeUndefined();
  });
});

it('by the first four letters, and without accents', () => {
  const short = made(english, 16)
    .map((word) => word.slice(0, 4))
    .join(' ');
  expect(found(short)).toBe(short);
  const plain = made(french, 16)
    .map((word) => word.normalize('NFKD').replace(/\p{M}/gu, ''))
    .join(' ');
  expect(found(plain)).toBe(plain);
  const four = made(spanish, 16)
    .map((word) => word.normalize('NFC').slice(0, 4))
    .join(' ');
  expect(found(four)).toBe(four);
  // Three letters tell nothing.
  expect(
    found(
      made(english, 16)
        .map((word) => word.slice(0, 3))
        .join(' '),
    ),
  ).toBeUndefined();
  // Parts of words without a checksum that holds are words of their own.
  expect(found([...made(english, 16).slice(0, -1), 'zone'].map((word) => word.slice(0, 4)).join(' '))).toBeUndefined();
});

it('with what people write between the words, up to forty characters', () => {
  const words = made(english, 16);
  for (const between of ['\n', ', ', ' - ', ' | ', ' and ', ' x ', '</li><li>', '\t', ' '.repeat(40)])
    expect(found(words.join(between))).toBe(words.join(between));
  const numbered = words.map((word, index) => `${index + 1}. ${word}`).join('\n');
  expect(found(numbered)).toBe(numbered.slice(3));
  expect(found(words.join(' '.repeat(41)))).toBeUndefined();
  expect(found(words.join(' house '))).toBeUndefined();
  // What is in the way is a word of a list no more than it.
  expect(found([...words.slice(0, 6), 'qqqq', ...words.slice(6)].join(' '))).toBeUndefined();
});

it('behind other words of the list, and the first of several', () => {
  const words = made(english, 16);
  const phrase = words.join(' ');
  const lead = 'garden apple ';
  expect(found(`${lead}${phrase}`)).toBe(phrase);
  expect(found(`${phrase}. ${made(english, 16, 41).join(' ')}`)).toBe(phrase);
  // A sure one goes before one that is not.
  const unsure = `${'abandon ability able about above absent absorb abstract absurd abuse access accident'}`;
  expect(found(unsure)).toBe(`${unsure} (uncertain)`);
  expect(found(`${unsure} 1234567890123456789012345678901234567890 ${phrase}`)).toBe(phrase);
});

it('of Electrum, by its version', () => {
  for (const phrase of [
    'wild father tree among universe such mobile favorite target dynamic credit identify',
    'cycle rocket west magnet parrot shuffle foot correct salt library feed song',
  ])
    expect(found(phrase)).toBe(phrase);
});

it('of Monero, by the word that is repeated', () => {
  const words = Array.from(
    { length: 24 },
    (_, index) => `${'abcdefghijklmnopqrstuvwx'[index]}xyz${'abcdefghijklmnopqrstuvwx'[(index * 7) % 24]}`,
  );
  const last = (letters: number): string =>
    words[crc32(words.map((word) => word.slice(0, letters)).join('')) % 24] as string;
  for (const letters of [3, 4]) {
    const phrase = [...words, last(letters)].join(' ');
    expect(found(`seed: ${phrase} .`)).toBe(phrase);
    expect(found([...words, last(letters)].join('\n'))).toBe([...words, last(letters)].join('\n'));
    const numbered = [...words, last(letters)].map((word, index) => `${index + 1}. ${word}`).join(' ');
    expect(found(numbered)).toBe(numbered.slice(3));
    expect(found([...words, last(letters)].join(', '))).toBeUndefined();
    expect(found([...words.slice(1), last(letters)].join(' '))).toBeUndefined();
  }
  const wrong = words.find((word) => word !== last(3) && word !== last(4)) as string;
  expect(found([...words, wrong].join(' '))).toBeUndefined();
  // The same again and again has any word anywhere.
  const few = Array.from({ length: 24 }, (_, index) => `abcd${'efgh'[index % 4]}`);
  expect(found([...few, few[crc32(few.map((word) => word.slice(0, 3)).join('')) % 24]].join(' '))).toBeUndefined();
});
