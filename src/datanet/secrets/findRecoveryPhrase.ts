// Recovery phrases of wallets: BIP-39 in its ten languages with its checksum, Electrum's version, Monero's checksum word.
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { validateMnemonic } from '@scure/bip39';
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
import { bytesToHex } from '../../lib/bytes.ts';
import { crc32 } from './checksums.ts';

export interface RecoveryPhrase {
  readonly start: number;
  readonly end: number;
  /** False: only the words are of a list, as in a text about phrases. */
  readonly certain: boolean;
}

const LISTS: readonly (readonly string[])[] = [
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
];
const PHRASE_LENGTHS = [24, 21, 18, 15, 12];
const MIN_PHRASE_WORDS = 12;
const MONERO_WORDS = 25;

/** What people write between the words of a phrase. */
const CONNECTORS = new Set([
  ...['and', 'then', 'next', 'und', 'et', 'puis', 'y', 'e', 'ed', 'a', 'i', 'word', 'words'],
  // Markup around each.
  ...['br', 'li', 'td', 'th', 'tr', 'span', 'div'],
]);
/** Most characters between two words: signs, numbers, the bars of a table. */
const MAX_BETWEEN = 40;

let lists: { readonly ofWord: ReadonlyMap<string, readonly number[]>; readonly nfkd: readonly string[][] } | undefined;

/** Made at the first use: 20,480 words. */
function wordLists(): NonNullable<typeof lists> {
  if (lists !== undefined) return lists;
  const ofWord = new Map<string, number[]>();
  const nfkd = LISTS.map((list) => list.map((word) => word.normalize('NFKD')));
  for (const [list, words] of nfkd.entries())
    for (const word of words) {
      const of = ofWord.get(word);
      if (of === undefined) ofWord.set(word, [list]);
      else of.push(list);
    }
  lists = { ofWord, nfkd };
  return lists;
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Electrum's phrases have no checksum of BIP-39: their version stands in an HMAC of the text. */
function isElectrumPhrase(words: readonly string[]): boolean {
  const digest = hmac(sha512, new TextEncoder().encode('Seed version'), new TextEncoder().encode(words.join(' ')));
  return /^(?:01|100|101|102)/.test(bytesToHex(digest.subarray(0, 2)));
}

function isValid(list: number, words: readonly string[]): boolean {
  const sentence = words.join(' ');
  return (
    validateMnemonic(sentence, wordLists().nfkd[list] as string[]) ||
    (list === 0 && words.length === MIN_PHRASE_WORDS && isElectrumPhrase(words))
  );
}

/** Monero's last word repeats one of the 24 before it: that at CRC-32 of their first letters, modulo 24. */
function isMoneroPhrase(words: readonly Word[]): boolean {
  const last = words.at(-1)?.text;
  const first = words.slice(0, -1);
  return [3, 4].some((letters) => {
    const sum = crc32(first.map(({ text }) => [...text].slice(0, letters).join('')).join(''));
    return first[sum % first.length]?.text === last;
  });
}

/** The first phrase in `text`; one with a checksum that holds before any other. Linear in the text. */
export function findRecoveryPhrase(text: string): RecoveryPhrase | undefined {
  const { ofWord } = wordLists();
  const runs = LISTS.map((): Word[] => []);
  let moneroRun: Word[] = [];
  let uncertain: RecoveryPhrase | undefined;
  let end = 0;
  for (const match of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const start = match.index;
    const word = { text: match[0].toLowerCase().normalize('NFKD'), start, end: start + match[0].length };
    const between = text.slice(end, start);
    end = word.end;

    if (between.length > MAX_BETWEEN) {
      for (const run of runs) run.length = 0;
      moneroRun = [];
    }
    if (/^[a-z]{4,12}$/.test(word.text) && /^\s*$/.test(between.replace(/\d+[.:)]?/g, ''))) moneroRun.push(word);
    else moneroRun = /^[a-z]{4,12}$/.test(word.text) ? [word] : [];
    if (moneroRun.length > MONERO_WORDS) moneroRun.shift();
    if (moneroRun.length === MONERO_WORDS && isMoneroPhrase(moneroRun))
      return { start: (moneroRun[0] as Word).start, end, certain: true };

    const of = ofWord.get(word.text) ?? [];
    if (of.length === 0 && CONNECTORS.has(word.text)) continue;
    for (const [list, run] of runs.entries()) {
      if (!of.includes(list)) {
        run.length = 0;
        continue;
      }
      run.push(word);
      if (run.length > 24) run.shift();
      for (const length of PHRASE_LENGTHS) {
        if (run.length < length) continue;
        const words = run.slice(-length);
        const found = { start: (words[0] as Word).start, end };
        if (
          isValid(
            list,
            words.map((entry) => entry.text),
          )
        )
          return { ...found, certain: true };
        // In another language no sentence has twelve words of its list in a row: those are without articles and endings.
        uncertain ??= { ...found, certain: list !== 0 };
      }
    }
  }
  return uncertain;
}
