// Published samples of each kind, and that no other character anywhere would do.
import { base32nopad, base58, base58xrp } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import {
  crc32,
  entropy,
  isBase58KeyPair,
  isCardNumber,
  isIban,
  isLuhnValid,
  isMiniKey,
  isRippleSeed,
  isStellarSeed,
  isWalletImportKey,
} from './checksums.ts';

const filled = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);
const withSum = (bytes: Uint8Array): Uint8Array => concatBytes([bytes, sha256(sha256(bytes)).subarray(0, 4)]);

describe.each<[string, (text: string) => boolean, string, readonly string[]]>([
  ['Luhn', isLuhnValid, '0123456789', ['79927398713', '18', '4242424242424242']],
  [
    'account numbers',
    isIban,
    '0123456789',
    ['DE89370400440532013000', 'GB29NWBK60161331926819', 'NO9386011117947', 'mt84malt011000012345mtlcast001s'],
  ],
  [
    'keys of Bitcoin',
    isWalletImportKey,
    '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
    ['5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ', 'KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617'],
  ],
  [
    'seeds of Ripple',
    isRippleSeed,
    'rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz',
    ['snoPBrXtMeMyMHUVTgbuqAfg1SUTb', 'sEdTM1uX8pu2do5XvTnutH6HsouMaM2'],
  ],
  [
    'seeds of Stellar',
    isStellarSeed,
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
    ['SBU2RRGLXH3E5CQHTD3ODLDF2BWDCYUSSBLLZ5GNW7JXHDIYKXZWHOKR'],
  ],
])('%s', (_, isValid, alphabet, samples) => {
  it.each(samples)('%s, and no other in one place', (sample) => {
    expect(isValid(sample)).toBe(true);
    for (const at of sample.length > 20 ? [4, 9, 14, sample.length - 2, sample.length - 1] : sample.split('').keys())
      for (const other of alphabet) {
        const changed = sample.slice(0, at) + other + sample.slice(at + 1);
        if (changed.toUpperCase() !== sample.toUpperCase() || (changed !== sample && isValid !== isIban))
          expect([changed, isValid(changed)]).toEqual([changed, false]);
      }
    if (isValid === isLuhnValid) return;
    expect(isValid(sample.slice(0, -1))).toBe(false);
    expect(isValid(`${sample}${sample.at(-1)}`)).toBe(false);
  });
});

it('a seed, a key or a pair of them has its length and its first byte', () => {
  const lengthsOf = (
    isValid: (text: string) => boolean,
    encode: (bytes: Uint8Array) => string,
    made: (length: number) => Uint8Array,
  ) => Array.from({ length: 80 }, (_, length) => length).filter((length) => isValid(encode(made(length))));
  const last = (value: number) => (length: number) => withSum(filled(length).fill(value, length - 1));
  expect(lengthsOf(isWalletImportKey, base58.encode, last(1))).toEqual([33, 34]);
  expect(lengthsOf(isWalletImportKey, base58.encode, last(2))).toEqual([33]);
  expect(lengthsOf(isRippleSeed, base58xrp.encode, last(1))).toEqual([17, 19]);
  expect(lengthsOf(isBase58KeyPair, base58.encode, filled)).toEqual([64]);
  expect(isBase58KeyPair('0'.repeat(88))).toBe(false);
  const stellar = base32nopad.decode('SBU2RRGLXH3E5CQHTD3ODLDF2BWDCYUSSBLLZ5GNW7JXHDIYKXZWHOKR');
  expect(stellar).toHaveLength(35);
  expect(isStellarSeed(base32nopad.encode(concatBytes([stellar, filled(1)])))).toBe(false);
  // The public key of the same form has another version byte, and a checksum that holds.
  expect(isStellarSeed('GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7')).toBe(false);
});

it('a key of a physical coin is one by its hash', () => {
  expect(['S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy', 'SzavMBLoXU6kDrqtUVmffv'].map(isMiniKey)).toEqual([true, true]);
  expect(['S6c56bnXQiBjk9mqSYE7ykVQ7NzrRz', 'SzavMBLoXU6kDrqtUVmffw'].map(isMiniKey)).toEqual([false, false]);
});

it('a card has the length and the first digits of its network, and a check digit that holds', () => {
  const withDigit = (first: string): string => {
    const digit = Array.from('0123456789').find((each) => isLuhnValid(first + each));
    return first + digit;
  };
  const lengths = (prefix: string): number[] =>
    Array.from({ length: 12 }, (_, more) => more + 10).filter((length) =>
      isCardNumber(withDigit(prefix.padEnd(length - 1, '7'))),
    );
  expect(
    Object.fromEntries(
      [
        '4',
        '51',
        '55',
        '50',
        '56',
        '2221',
        '2220',
        '2720',
        '2721',
        '34',
        '37',
        '35',
        '300',
        '305',
        '306',
        '36',
        '38',
        '39',
        '6011',
        '65',
        '3528',
        '3589',
        '3527',
        '62',
        '60',
        '1',
      ].map((prefix) => [prefix, lengths(prefix)]),
    ),
  ).toEqual({
    '1': [],
    '34': [15],
    '35': [16],
    '36': [14],
    '37': [15],
    '38': [14],
    '39': [14],
    '4': [13, 16, 19],
    '50': [],
    '51': [16],
    '55': [16],
    '56': [],
    '60': [],
    '62': [16, 17, 18, 19],
    '65': [16],
    '300': [14],
    '305': [14],
    '306': [],
    '2220': [],
    '2221': [16],
    '2720': [16],
    '2721': [],
    '3527': [],
    '3528': [16],
    '3589': [16],
    '6011': [16],
  });
  expect(isCardNumber('4111111111111112')).toBe(false);
});

it('CRC-32 and entropy are those of the books', () => {
  expect([crc32(''), crc32('123456789'), crc32('ä')]).toEqual([0, 0xcbf43926, 0x70b5f183]);
  expect([entropy('aaaa'), entropy('abab'), entropy('abcdefgh')]).toEqual([0, 1, 3]);
  fc.assert(fc.property(fc.string({ minLength: 1 }), (text) => entropy(text) <= Math.log2(text.length) + 1e-9));
});
