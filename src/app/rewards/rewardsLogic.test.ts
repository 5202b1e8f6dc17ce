import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wei } from '../../lib/units.ts';
import type { EpochState, RewardRoot, RewardsState } from '../../settlement/index.ts';
import { epochPhase } from '../../workflows/epochs/epochPhase.ts';
import { breakdown, breakdownCsv, type PaidAnswer } from './breakdown.ts';
import { type ClaimFacts, claimState, readAddress } from './claimState.ts';

const alice = '0x00000000000000000000000000000000000000aA';
const bob = '0x00000000000000000000000000000000000000bb';

describe('claimState', () => {
  const claimable = { amount: wei(12n), cumulative: wei(20n), claimed: wei(8n), proof: [] };
  const facts: ClaimFacts = {
    watched: alice,
    connected: alice.toLowerCase(),
    wrongChain: false,
    claimable,
    pending: undefined,
  };

  test('offers exactly what the chain says', () => expect(claimState(facts)).toEqual({ kind: 'ready', amount: 12n }));
  test('nothing at zero, whatever was earned', () =>
    expect(claimState({ ...facts, claimable: { ...claimable, amount: wei(0n) } })).toEqual({ kind: 'nothing' }));
  test('a pending claim wins over the amount still read', () =>
    expect(claimState({ ...facts, pending: '0x01' })).toEqual({ kind: 'pending', hash: '0x01' }));
  test("another's address is only looked at, even while a claim of one's own is pending", () =>
    expect(claimState({ ...facts, connected: bob, pending: '0x01' })).toEqual({ kind: 'watching', amount: 12n }));
  test('no wallet is looking', () => expect(claimState({ ...facts, connected: undefined }).kind).toBe('watching'));
  test('wrong chain', () => expect(claimState({ ...facts, wrongChain: true }).kind).toBe('wrongChain'));
  test('loading and no address', () => {
    expect(claimState({ ...facts, claimable: undefined }).kind).toBe('loading');
    expect(claimState({ ...facts, watched: undefined }).kind).toBe('noAddress');
  });
  test('reads addresses', () => {
    expect(readAddress(` ${alice}\n`)).toBe(alice);
    expect(readAddress(alice.slice(0, -1))).toBeUndefined();
    expect(readAddress('alice.eth')).toBeUndefined();
  });
});

describe('epochPhase', () => {
  const state: EpochState = { epoch: 7n, startsAt: 700, endsAt: 800, closesAt: 830, now: 750 };
  const none: RewardRoot = {
    root: '0x',
    dataDigest: '0x',
    total: wei(0n),
    epoch: 0n,
    activeAt: 0,
    proposer: '0x',
    bond: wei(0n),
    status: 'none',
  };
  const rewards: RewardsState = {
    current: none,
    pending: none,
    nextEpoch: 7n,
    totalFunded: wei(0n),
    totalClaimed: wei(0n),
  };
  const profile = { epochSeconds: 100 };

  test('runs through open, grace, proposable', () => {
    expect(epochPhase(state, rewards, profile)).toEqual({ kind: 'open', epoch: 7n, until: 800 });
    expect(epochPhase(state, rewards, profile, 800)).toEqual({ kind: 'grace', epoch: 7n, until: 830 });
    expect(epochPhase(state, rewards, profile, 830)).toEqual({ kind: 'proposable', epoch: 7n });
  });
  test('an epoch before the running one closed earlier', () => {
    expect(epochPhase(state, { ...rewards, nextEpoch: 6n }, profile, 720)).toEqual({
      kind: 'grace',
      epoch: 6n,
      until: 730,
    });
    expect(epochPhase(state, { ...rewards, nextEpoch: 5n }, profile).kind).toBe('proposable');
  });
  test('a proposal waits out its window, then anyone may finalise', () => {
    const pending: RewardRoot = { ...none, status: 'proposed', epoch: 5n, activeAt: 760 };
    expect(epochPhase(state, { ...rewards, pending }, profile)).toEqual({ kind: 'window', epoch: 5n, until: 760 });
    expect(epochPhase(state, { ...rewards, pending }, profile, 760)).toEqual({ kind: 'finalizable', epoch: 5n });
    expect(epochPhase(state, { ...rewards, pending: { ...pending, status: 'challenged' } }, profile).kind).toBe(
      'challenged',
    );
  });
});

describe('breakdown', () => {
  const share = (account: string, ppm: number) => ({ account, ppm });
  const row = (contributor: string, ppm: number, rowIndex = 0, text = '') => ({
    contributor,
    ppm,
    contribution: 'bafyrows',
    rowIndex,
    text,
  });
  const answer = (
    at: number,
    shares: PaidAnswer['shares'],
    contributorsPart?: bigint,
    rows: PaidAnswer['rows'] = [],
  ): PaidAnswer => ({
    receipt: `bafy${at}`,
    at,
    adapterId: 'towns',
    fee: contributorsPart === undefined ? undefined : contributorsPart * 2n,
    contributorsPart,
    shares,
    rows,
  });

  test('takes the share of one address, newest answer first, with its known rows by share', () => {
    const found = breakdown(
      [
        answer(1, [share(bob, 500_000)], 100n),
        answer(2, [share(alice.toLowerCase(), 350_000), share(bob, 650_000)], 1000n, [
          row(alice, 100_000, 4),
          row(bob, 300_000),
          row(alice, 200_000, 9),
        ]),
        answer(3, [share(alice, 250_000)]),
      ],
      alice,
    );
    expect(found.map((earnings) => earnings.answer.at)).toEqual([3, 2]);
    expect(found[1]?.rows.map((each) => [each.rowIndex, each.amount])).toEqual([
      [9, 200n],
      [4, 100n],
    ]);
    expect(found[1]).toMatchObject({ ppm: 350_000, amount: 350n });
    expect(found[0]?.amount).toBeUndefined();
  });

  test('never pays out more than the contributors have', () => {
    const ppms = fc.array(fc.integer({ min: 0, max: 250_000 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 24n), ppms, (amount, list) => {
        const shares = list.map((ppm, index) => share(index % 2 === 0 ? alice : bob, ppm));
        const paid = [alice, bob].flatMap((address) =>
          breakdown([answer(1, shares, amount)], address).map((earnings) => earnings.amount ?? 0n),
        );
        expect(paid.reduce((sum, each) => sum + each, 0n) <= amount).toBe(true);
      }),
    );
  });

  test('exports exact amounts and disarms formulas', () => {
    const rows = [row(alice, 1_000_000, 3, '=1+1, "x"')];
    const csv = breakdownCsv(breakdown([answer(0, [share(alice, 1_000_000)], 123456789012345678901n, rows)], alice));
    const facts = '1970-01-01T00:00:00.000Z,bafy0,towns,246913578024691357802';
    expect(csv.split('\r\n').slice(1)).toEqual([
      `${facts},,,1000000,123456789012345678901,`,
      `${facts},bafyrows,3,1000000,123456789012345678901,"'=1+1, ""x"""`,
      '',
    ]);
  });
});
