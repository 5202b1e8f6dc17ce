import { encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { describe, expect, it } from 'vitest';
import { decodeCanonicalCbor } from './canonicalCbor.ts';
import { isCanonicalCidText } from './canonicalCid.ts';
import { canonicalSignature, isCanonicalSignature } from './canonicalSignature.ts';

const hex = (digits: string): number[] => [...Buffer.from(digits, 'hex')];

describe('a signature', () => {
  const r = '1'.repeat(64);
  const low = `0x${r}${'2'.repeat(64)}1b` as const;
  // n minus the s above, with the other v.
  const s = (
    0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n - BigInt(`0x${'2'.repeat(64)}`)
  ).toString(16);
  it.each([
    ['v of 0', `0x${r}${'2'.repeat(64)}00`],
    ['high s', `0x${r}${s}1c`],
    ['high s and v of 1', `0x${r}${s}01`],
    ['upper case', `0x${r}${'2'.repeat(64)}1B`],
  ] as const)('has one form, which %s is not', (_, other) => {
    expect([isCanonicalSignature(low), isCanonicalSignature(other)]).toEqual([true, false]);
    expect(canonicalSignature(other)).toBe(low);
  });

  it('that has no canonical form stays as it is', () => {
    for (const other of ['0x', '0x00', `0x${r}${'2'.repeat(64)}1d`, `0x${r}${'f'.repeat(64)}1b`] as const) {
      expect([canonicalSignature(other), isCanonicalSignature(other)]).toEqual([other, false]);
    }
  });
});

describe('dag-cbor', () => {
  it('comes back from its bytes', () => {
    for (const value of [{ a: 1, bb: [null, true, 1.5, 'x'] }, [], -1, 2 ** 53 - 1, '']) {
      expect(decodeCanonicalCbor(encode(value))).toEqual(value);
    }
  });

  it.each([
    ['an integer in two bytes that fits one', '1801'],
    ['a length that is padded', '780161'],
    ['a map whose keys are in another order', 'a2616201616101'],
    ['a key twice', 'a2616101616102'],
    ['half a float', 'f93e00'],
    ['a single float', 'fa3fc00000'],
    ['a float that is an integer', 'fb3ff0000000000000'],
    ['an endless array', '9f01ff'],
    ['a break', 'ff'],
    ['a tag of its own', 'c101'],
    ['undefined', 'f7'],
    ['a number that is none', 'fb7ff8000000000000'],
    ['a byte more', '0101'],
    ['a byte less', '1a0000'],
    ['nothing', ''],
    ['a length beyond its end', '9b0000ffffffffff01'],
  ])('is refused as %s', (_, digits) => {
    expect(() => decodeCanonicalCbor(Uint8Array.from(hex(digits)))).toThrow(
      expect.objectContaining({ code: 'CBOR_INVALID' }),
    );
  });

  it('is refused when it is nested without end', () => {
    expect(() => decodeCanonicalCbor(new Uint8Array(100_000).fill(0x81))).toThrow(
      expect.objectContaining({ code: 'CBOR_INVALID' }),
    );
    const nested = (depth: number): Uint8Array => new Uint8Array(depth + 1).fill(0x81, 0, depth);
    expect(decodeCanonicalCbor(nested(64))).toHaveLength(1);
    expect(() => decodeCanonicalCbor(nested(65))).toThrow(
      expect.objectContaining({ facts: { reason: 'it is nested more than 64 deep' } }),
    );
  });
});

it('a content identifier has one text', () => {
  const text = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';
  const cid = CID.parse(text);
  expect(isCanonicalCidText(text, ['raw'])).toBe(true);
  for (const other of [
    text.toUpperCase(),
    `/ipfs/${text}`,
    CID.createV0(cid.multihash as never).toString(),
    CID.createV1(0x55, create(0x13, cid.multihash.digest)).toString(),
    CID.createV1(0x71, cid.multihash).toString(),
    `${text.slice(0, -1)}f`,
    '',
  ]) {
    expect(isCanonicalCidText(other, ['raw']), other).toBe(false);
  }
});
