import { StandardMerkleTree } from '@openzeppelin/merkle-tree';
import { beforeEach, expect, test } from 'vitest';
import { epochLedger } from '../epochLedger.ts';
import { encodeLedger } from '../ledgerCodec.ts';
import { fakeClient, WALLET_ADDRESS } from '../testing/fakeClient.ts';
import type { Hex } from '../types/hex.ts';
import type { LedgerSource } from '../types/ledger.ts';
import { claim } from './claim.ts';
import { getClaimable } from './getClaimable.ts';

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const other: Hex = `0x${'8'.repeat(40)}`;
const receipt = {
  digest: word(1),
  modelId: word(2),
  amount: 100n,
  shares: [
    { account: WALLET_ADDRESS, ppm: 750_000 },
    { account: other, ppm: 250_000 },
  ],
};
const ledger = epochLedger({ epoch: 3n, receipts: [receipt], pools: [{ modelId: word(2), amount: 40n }] });
const { bytes, digest } = encodeLedger(ledger);
const root = {
  root: ledger.root,
  dataDigest: digest,
  total: ledger.total,
  bond: 0n,
  challenger: other,
  activeAt: 0n,
  epoch: 3n,
  proposer: other,
  status: 3,
};

let asked: Hex[] = [];
beforeEach(() => {
  asked = [];
});
const source: LedgerSource = async (of) => {
  asked.push(of);
  return bytes;
};
const clientWith = (views: Record<string, unknown>) =>
  fakeClient({ views: { current: root, claimed: 0n, ...views }, ledgerSource: source });

test('the amount is what the ledger adds to what was claimed, with a proof that the contract accepts', async () => {
  const { client } = clientWith({ claimed: 10n });
  const claimable = await getClaimable(client, { address: WALLET_ADDRESS });
  expect(claimable).toMatchObject({ amount: 20n, cumulative: 30n, claimed: 10n });
  const leaf = [WALLET_ADDRESS, 30n];
  expect(StandardMerkleTree.verify(ledger.root, ['address', 'uint256'], leaf, [...claimable.proof])).toBe(true);
  expect(asked).toEqual([digest]);
});

test('the first root and accounts without a share have nothing to claim, and no ledger is fetched before the first', async () => {
  const nothing = { amount: 0n, cumulative: 0n, claimed: 0n, proof: [] };
  const before = clientWith({ current: { ...root, total: 0n, status: 0 } });
  expect(await getClaimable(before.client, { address: WALLET_ADDRESS })).toEqual(nothing);
  expect(asked).toEqual([]);
  const { client } = clientWith({});
  expect(await getClaimable(client, { address: `0x${'7'.repeat(40)}` })).toEqual(nothing);
});

test('a ledger below what was claimed pays nothing, and a claim says so before anything is sent', async () => {
  const { client, sent } = clientWith({ claimed: 31n });
  expect(await getClaimable(client, { address: WALLET_ADDRESS })).toMatchObject({ amount: 0n, claimed: 31n });
  await expect(claim(client)).rejects.toMatchObject({ code: 'REWARDS_NOTHING_TO_CLAIM' });
  expect(sent).toEqual([]);
});

test('a claim sends the cumulative amount and its proof', async () => {
  const { client, sent } = clientWith({ claimed: 10n });
  expect(await claim(client)).toMatchObject({ amount: 20n });
  const { proof } = await getClaimable(client, { address: WALLET_ADDRESS });
  expect(sent).toMatchObject([{ name: 'claim', args: [WALLET_ADDRESS, 30n, proof, WALLET_ADDRESS] }]);
});

test.each<[string, string, Record<string, unknown>, LedgerSource | undefined]>([
  ['no source', 'LEDGER_UNAVAILABLE', {}, undefined],
  ['a source without it', 'LEDGER_UNAVAILABLE', {}, async () => undefined],
  ['a source that fails', 'LEDGER_UNAVAILABLE', {}, () => Promise.reject(new TypeError('offline'))],
  ['other bytes', 'LEDGER_MALFORMED', {}, async () => bytes.slice(1)],
  ['a ledger of another root', 'LEDGER_WRONG_ROOT', { current: { ...root, root: word(9) } }, source],
])('%s: %s', async (_, code, views, ledgerSource) => {
  const { client } = fakeClient({
    views: { current: root, claimed: 0n, ...views },
    ...(ledgerSource && { ledgerSource }),
  });
  await expect(getClaimable(client, { address: WALLET_ADDRESS })).rejects.toMatchObject({ code });
});
