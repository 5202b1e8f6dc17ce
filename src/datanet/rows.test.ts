// Hashes here were computed by an independent program (Python's hashlib over hand-written canonical texts).
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../lib/bytes.ts';
import type { RowHash } from '../lib/units.ts';
import { canonicalRow } from './canonicalRow.ts';
import { rowHash } from './rowHash.ts';
import { inclusionProof, rowsRoot, verifyInclusion } from './rowsRoot.ts';
import { shardRows } from './shardRows.ts';

describe('canonicalRow', () => {
  it('sorts keys, writes numbers as ECMAScript does, and normalises to NFC', () => {
    const row = { response: 'cafe\u0301', prompt: 'a\n"b"', z: [1e21, 0.1, -0, true, null], '\u20ac': {} };
    expect(canonicalRow(row)).toBe('{"prompt":"a\\n\\"b\\"","response":"café","z":[1e+21,0.1,0,true,null],"€":{}}');
  });

  it.each([
    [{ prompt: 'a' }, 'ROW_INVALID'],
    [{ prompt: 'a', response: '\ud800' }, 'JSON_NOT_CANONICAL'],
    [{ prompt: 'a', response: 'b', n: Number.NaN }, 'JSON_NOT_CANONICAL'],
    [{ prompt: 'a', response: 'b', 'e\u0301': 1, é: 2 }, 'ROW_KEYS_COLLIDE'],
    [{ prompt: 'a', response: 'b'.repeat(65_536) }, 'ROW_TOO_LARGE'],
    [{ prompt: 'a', response: 'b', deep: JSON.parse(`${'['.repeat(17)}${']'.repeat(17)}`) }, 'ROW_TOO_DEEP'],
    [{ prompt: `a${'\u0301\u0316'.repeat(129)}`, response: 'b' }, 'ROW_TOO_MANY_MARKS'],
  ])('refuses row %#', (row, code) => {
    expect(() => canonicalRow(row as never)).toThrow(expect.objectContaining({ code }));
  });
});

it('hashes a row as an RFC 6962 leaf', () => {
  expect(rowHash({ prompt: 'a', response: 'b' })).toBe(
    'b0140020ad5281ca64d5bbb005475064dc9596ae262d7e6ca1213f58188ec665',
  );
  expect(rowHash({ response: 'café', prompt: 'Où?' })).toBe(
    '53bc1aa321d0790cb62ea3d5e1cddf29bad43b621c5daab79876454d3386f228',
  );
  expect(rowHash({ response: 'cafe\u0301', prompt: 'Ou\u0300?' })).toBe(
    '53bc1aa321d0790cb62ea3d5e1cddf29bad43b621c5daab79876454d3386f228',
  );
});

describe('rowsRoot', () => {
  const hashes = Array.from({ length: 7 }, (_, index) => rowHash({ prompt: String(index), response: 'x' }));

  it.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6f0e251f6d40620393841922d225219b1e0e9fb7844da3b9ee850216c3409d73'],
    [2, '64d3fcae9eac19b4db66fa2ec1381c74584a903a18ff505a98d43f137f371b8e'],
    [3, '955689e2ac7988ea451b4bcbe5d8bcba768dab6e712b76e3790537cb21ebb115'],
    [7, '454e7b78b615ed38c2ffd11e2f5bc606a24100bba250b3385e9144e5e24aed50'],
  ])('of %i rows', (count, root) => {
    expect(rowsRoot(hashes.slice(0, count))).toBe(root);
  });

  it('proves every row of trees of 1 to 33 rows, and nothing else', () => {
    for (let count = 1; count <= 33; count += 1) {
      const leaves = Array.from({ length: count }, (_, index) =>
        rowHash({ prompt: `${count}/${index}`, response: 'x' }),
      );
      const root = rowsRoot(leaves);
      for (const [index, hash] of leaves.entries()) {
        const proof = inclusionProof(leaves, index);
        expect(verifyInclusion({ hash, index, count, proof, root })).toBe(true);
        const other = rowHash({ prompt: 'other', response: 'x' });
        expect(verifyInclusion({ hash: other, index, count, proof, root })).toBe(false);
        expect(verifyInclusion({ hash, index, count, proof, root: other })).toBe(false);
        expect(verifyInclusion({ hash, index: (index + 1) % (count + 1), count, proof, root })).toBe(false);
        expect(verifyInclusion({ hash, index, count, proof: [...proof, other], root })).toBe(false);
        if (proof.length > 0)
          expect(verifyInclusion({ hash, index, count, proof: [other, ...proof.slice(1)], root })).toBe(false);
      }
    }
  });

  it('does not take the root of a part for the root of the whole', () => {
    const [hash, sibling] = hashes as [RowHash, RowHash];
    const root = rowsRoot([hash, sibling]);
    expect(verifyInclusion({ hash, index: 0, count: 2, proof: [sibling], root })).toBe(true);
    expect(verifyInclusion({ hash, index: 0, count: 4, proof: [sibling], root })).toBe(false);
  });

  it('refuses malformed input without throwing where it verifies', () => {
    const hash = hashes[0] as RowHash;
    expect(verifyInclusion({ hash, index: 0, count: 2, proof: ['zz'], root: hash })).toBe(false);
    expect(verifyInclusion({ hash, index: -1, count: 2, proof: [], root: hash })).toBe(false);
    expect(() => rowsRoot(['ab' as RowHash, 'cd' as RowHash])).toThrow(
      expect.objectContaining({ code: 'ROW_HASH_INVALID' }),
    );
    expect(() => inclusionProof(hashes, 7)).toThrow(expect.objectContaining({ code: 'ROW_INDEX_OUTSIDE' }));
  });
});

it('fills shards with whole rows and loses no byte', () => {
  const canonical = Array.from({ length: 100 }, (_, index) =>
    canonicalRow({ prompt: `Frage ${index} ä`, response: 'x'.repeat(index) }),
  );
  const shards = shardRows({ canonical, maxBytes: 500 });
  expect(Math.max(...shards.map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(500);
  expect(shards.length).toBeGreaterThan(10);
  for (const shard of shards) expect(shard[shard.byteLength - 1]).toBe(0x0a);
  expect(new TextDecoder().decode(concatBytes(shards))).toBe(canonical.map((text) => `${text}\n`).join(''));
  expect(shardRows({ canonical: [] })).toEqual([]);
});
