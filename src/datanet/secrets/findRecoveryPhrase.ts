// Recovery phrases of wallets: BIP-39 in its ten languages with its checksum, Electrum's version, Monero's checksum word.
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
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
import { sha256 } from '../../lib/hash.ts';
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
const MONERO_DISTINCT = 20;

/** What people write between the words of a phrase. */
const CONNECTORS = new Set([
  ...['and', 'then', 'next', 'und', 'et', 'puis', 'y', 'e', 'ed', 'a', 'i', 'word', 'words'],
  // Markup around each.
  ...['br', 'li', 'td', 'th', 'tr', 'span', 'div'],
]);
/** Letters by which a word of these lists is told from every other of its list: so it is stamped into metal. */
const TELLING_LETTERS = 4;
/** Most characters between two words: signs, numbers, the bars of a table. */
const MAX_BETWEEN = 40;

/** A word of a list that a text may mean. */
interface Meant {
  readonly list: number;
  readonly word: string;
  /** Its number in the list. */
  readonly index: number;
  /** False for its first letters only, which are words of their own in other texts. */
  readonly isWhole: boolean;
}

let lists: ReadonlyMap<string, readonly Meant[]> | undefined;

/** Made at the first use: 20,480 words, each as it stands, without its accents, and by its first letters. */
function wordLists(): NonNullable<typeof lists> {
  if (lists !== undefined) return lists;
  const ofWord = new Map<string, Meant[]>();
  const nfkd = LISTS.map((list) => list.map((word) => word.normalize('NFKD')));
  const add = (text: string, meant: Meant): void => {
    const of = ofWord.get(text);
    if (of === undefined) ofWord.set(text, [meant]);
    else if (!of.some(({ list }) => list === meant.list)) of.push(meant);
  };
  for (const [list, words] of nfkd.entries())
    for (const [index, word] of words.entries()) add(word, { list, word, index, isWhole: true });
  for (const [list, words] of nfkd.entries())
    for (const [index, word] of words.entries()) {
      if (!/^[a-z]/.test(word)) break;
      const plain = word.replace(/\p{M}/gu, '');
      add(plain, { list, word, index, isWhole: true });
      for (const letters of [plain, word.normalize('NFC')])
        add(letters.slice(0, TELLING_LETTERS).normalize('NFKD'), { list, word, index, isWhole: false });
    }
  lists = ofWord;
  return lists;
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isWhole: boolean;
  readonly index: number;
}

/** Electrum's phrases have no checksum of BIP-39: their version stands in an HMAC of the text. */
function isElectrumPhrase(words: readonly string[]): boolean {
  // A text of one word again and again would be hashed at each of them.
  if (new Set(words).size < MIN_PHRASE_WORDS / 2) return false;
  const digest = hmac(sha512, new TextEncoder().encode('Seed version'), new TextEncoder().encode(words.join(' ')));
  return /^(?:01|100|101|102)/.test(bytesToHex(digest.subarray(0, 2)));
}

/** BIP-39: each word is eleven bits, and those after the entropy, one for each 32 of it, are the first of its SHA-256. */
function isChecked(words: readonly Word[]): boolean {
  const bytes = new Uint8Array((words.length * 11) >> 3);
  let rest = 0;
  let restBits = 0;
  let length = 0;
  for (const { index } of words) {
    rest = (rest << 11) | index;
    restBits += 11;
    for (; restBits >= 8; length += 1) {
      restBits -= 8;
      bytes[length] = rest >> restBits;
    }
    rest &= (1 << restBits) - 1;
  }
  const checkedBits = words.length / 3;
  const entropy = 4 * checkedBits;
  const [sum = 0] = sha256(bytes.subarray(0, entropy));
  // Of 24 words the checksum is a byte of its own.
  return (restBits === 0 ? bytes[entropy] : rest) === sum >> (8 - checkedBits);
}

function isValid(list: number, words: readonly Word[]): boolean {
  return (
    isChecked(words) ||
    (list === 0 && words.length === MIN_PHRASE_WORDS && isElectrumPhrase(words.map(({ text }) => text)))
  );
}

/** Monero's last word repeats one of the 24 before it: that at CRC-32 of their first letters, modulo 24. */
function isMoneroPhrase(words: readonly Word[]): boolean {
  const last = words.at(-1)?.text;
  const first = words.slice(0, -1);
  // A text that says the same again and again has any word anywhere.
  if (new Set(first.map(({ text }) => text)).size < MONERO_DISTINCT) return false;
  return [3, 4].some((letters) => {
    const sum = crc32(first.map(({ text }) => [...text].slice(0, letters).join('')).join(''));
    return first[sum % first.length]?.text === last;
  });
}

/** The first phrase in `text`; one with a checksum that holds before any other. Linear in the text. */
export function findRecoveryPhrase(text: string): RecoveryPhrase | undefined {
  const ofWord = wordLists();
  const runs = LISTS.map((): Word[] => []);
  let moneroRun: Word[] = [];
  let uncertain: RecoveryPhrase | undefined;
  let end = 0;
  for (const match of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const start = match.index;
    const word: Word = {
      text: match[0].toLowerCase().normalize('NFKD'),
      start,
      end: start + match[0].length,
      isWhole: true,
      index: 0,
    };
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
    const isConnector = CONNECTORS.has(word.text) || /^[a-z]$/.test(word.text);
    for (const [list, run] of runs.entries()) {
      const meant = of.find((one) => one.list === list);
      if (meant === undefined) {
        if (!isConnector) run.length = 0;
        continue;
      }
      run.push({ ...word, text: meant.word, index: meant.index, isWhole: meant.isWhole });
      if (run.length > 24) run.shift();
      for (const length of PHRASE_LENGTHS) {
        if (run.length < length) continue;
        const words = run.slice(-length);
        const found = { start: (words[0] as Word).start, end };
        if (isValid(list, words)) return { ...found, certain: true };
        // In another language no sentence has twelve words of its list in a row: those are without articles and endings.
        if (words.every(({ isWhole }) => isWhole)) uncertain ??= { ...found, certain: list !== 0 };
      }
    }
  }
  return uncertain;
}
