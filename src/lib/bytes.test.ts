import { expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes, ownBytes } from './bytes.ts';
import { sha256 } from './hash.ts';
import { sha256Async } from './sha256Async.ts';

test('SHA-256 of "abc" (FIPS 180-4), both ways', async () => {
  const bytes = new TextEncoder().encode('abc');
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(bytesToHex(sha256(bytes))).toBe(digest);
  expect(bytesToHex(await sha256Async(bytes))).toBe(digest);
});

test('an owned copy has a buffer of its own length; an owner is not copied', () => {
  const view = new Uint8Array(1000).fill(7).subarray(10, 14);
  expect(ownBytes(view).buffer.byteLength).toBe(4);
  expect([...ownBytes(view)]).toEqual([7, 7, 7, 7]);
  const owner = new Uint8Array(3);
  expect(ownBytes(owner)).toBe(owner);
});

test('hexadecimal there and back; bad digits are refused', () => {
  expect(bytesToHex(hexToBytes('0x00ff10'))).toBe('00ff10');
  expect(bytesToHex(concatBytes([Uint8Array.of(1), Uint8Array.of(2, 3)]))).toBe('010203');
  for (const bad of ['0x0', 'zz'])
    expect(() => hexToBytes(bad)).toThrow(expect.objectContaining({ code: 'HEX_INVALID' }));
});
