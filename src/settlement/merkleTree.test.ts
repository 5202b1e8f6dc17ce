import { StandardMerkleTree } from '@openzeppelin/merkle-tree';
import { expect, test } from 'vitest';
import { merkleTree } from './merkleTree.ts';
import type { Address, Hex } from './types/hex.ts';

const account = (index: number): Address => `0x${(index * 7_919 + 1).toString(16).padStart(40, '0')}`;

test('roots and proofs equal OpenZeppelin’s for every size', () => {
  for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100]) {
    const values = Array.from({ length: size }, (_, index) => [account(index), BigInt(index) ** 5n] as const);
    const ours = merkleTree(['address', 'uint256'], values);
    const theirs = StandardMerkleTree.of(
      values.map(([address, amount]): [string, bigint] => [address, amount]),
      ['address', 'uint256'],
    );
    expect(ours.root).toBe(theirs.root);
    for (let index = 0; index < size; index += 1) expect(ours.proof(index)).toEqual(theirs.getProof(index));
  }
});

test('single words make the same tree, in any order', () => {
  const words = Array.from({ length: 6 }, (_, index): [Hex] => [`0x${index.toString(16).padStart(64, 'a')}`]);
  const { root } = StandardMerkleTree.of(words, ['bytes32']);
  expect(merkleTree(['bytes32'], words).root).toBe(root);
  expect(merkleTree(['bytes32'], [...words].reverse()).root).toBe(root);
});

test('no leaves, no tree', () => {
  expect(() => merkleTree(['bytes32'], [])).toThrow(expect.objectContaining({ code: 'MERKLE_EMPTY' }));
});
