import { expect, test } from 'vitest';
import { bytesToHex, concatBytes } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import { sketchRoot } from './sketchRoot.ts';

const size = 3;
const rowsOf = (count: number, from: number) => ({
  count,
  hashes: Uint8Array.from({ length: 32 * count }, (_, index) => index + from),
  exponents: Int32Array.from({ length: count }, (_, row) => row * 300 - 400),
  // A view within a larger buffer.
  codes: Int8Array.from({ length: size * count + 5 }, (_, index) => index - from).subarray(5),
});
const leaf = (rows: ReturnType<typeof rowsOf>, row: number): Uint8Array => {
  const exponent = rows.exponents[row] as number;
  return sha256(
    Uint8Array.of(
      0,
      ...rows.hashes.subarray(32 * row, 32 * (row + 1)),
      ...[24, 16, 8, 0].map((shift) => (exponent >> shift) & 255),
      ...Array.from(rows.codes.subarray(size * row, size * (row + 1)), (code) => code & 255),
    ),
  );
};
const inner = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concatBytes([Uint8Array.of(1), left, right]));

test('is the tree of RFC 6962 over trained rows and then placebo rows', () => {
  const root = (trained: number, placebo: number): string =>
    bytesToHex(sketchRoot(size, rowsOf(trained, 1), rowsOf(placebo, 50)));
  const trained = [0, 1, 2, 3].map((row) => leaf(rowsOf(4, 1), row)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const [a, b, c, d] = trained;
  const e = leaf(rowsOf(1, 50), 0);
  expect(root(1, 0)).toBe(bytesToHex(a));
  expect(root(2, 0)).toBe(bytesToHex(inner(a, b)));
  expect(root(3, 0)).toBe(bytesToHex(inner(inner(a, b), c)));
  expect(root(2, 1)).toBe(bytesToHex(inner(inner(a, b), e)));
  expect(root(4, 1)).toBe(bytesToHex(inner(inner(inner(a, b), inner(c, d)), e)));
});
