// The client's integers against the vectors that the contracts are tested with; a third program computed them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { prefixShares } from './prefixShares.ts';
import { splitFee } from './splitFee.ts';

function vectors<Case>(name: string): readonly Case[] {
  const file = new URL(`../../contracts/test/vectors/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases;
}

test('prefix shares equal the contract’s', () => {
  const cases = vectors<{ pool: string; weights: string[]; shares: string[] }>('shares');
  expect(cases).toHaveLength(28);
  for (const { pool, weights, shares } of cases) {
    expect(prefixShares(BigInt(pool), weights.map(BigInt))).toEqual(shares.map(BigInt));
  }
});

test('the fee split equals the contract’s', () => {
  const cases = vectors<{ amount: string; ownerBps: number; parts: string[] }>('splits');
  expect(cases).toHaveLength(60);
  for (const { amount, ownerBps, parts } of cases) {
    const { protocol, attestors, owner, collector, contributors } = splitFee({ amount: BigInt(amount), ownerBps });
    expect([protocol, attestors, owner, collector, contributors]).toEqual(parts.map(BigInt));
  }
});

test('an owner’s share out of range is refused', () => {
  for (const ownerBps of [-1, 5_001, 0.5, Number.NaN]) {
    expect(() => splitFee({ amount: 1n, ownerBps })).toThrow(expect.objectContaining({ code: 'FEE_OWNER_SHARE' }));
  }
});
