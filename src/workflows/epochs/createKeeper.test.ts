import { describe, expect, test, vi } from 'vitest';
import { type Hex, type SignedVoucher, splitFee } from '../../settlement/index.ts';
import { address, createFakeChain, DEPLOYMENT, PROFILE, word } from '../testing/fakeChain.ts';
import { memoryLedgers, memoryTable } from '../testing/memory.ts';
import { payAnswers, receiptOf } from '../testing/payer.ts';
import { createKeeper } from './createKeeper.ts';
import { createVoucherInbox } from './createVoucherInbox.ts';
import { proposeEpoch } from './proposeEpoch.ts';
import { runKeeper } from './runKeeper.ts';

const modelId = word(1);
const payer = address(0xa1);
const ada = address(0xada);
const owner = address(0x0e);
const account = address(0xc0);

async function startKeeper() {
  const chain = createFakeChain({ models: [{ id: modelId, owner, ownerBps: 2_000 }] });
  const inbox = await createVoucherInbox({
    deployment: DEPLOYMENT,
    vouchers: memoryTable(),
    receipts: memoryTable(),
  });
  const published = new Map<Hex, Uint8Array>();
  const keeper = createKeeper({ chain, account, inbox, ledgers: memoryLedgers(published) });
  /** An answer of the running epoch: paid, and its receipt known unless it is withheld. */
  const hear = async (digest: Hex, amount: bigint, withheld = false, from = payer): Promise<SignedVoucher> => {
    const { epoch } = await chain.epoch();
    const answer = { digest, amount };
    const [signed] = await payAnswers({ payer: from, modelId, epoch, answers: [answer] });
    if (signed === undefined) throw new Error('no voucher');
    chain.allow(signed);
    await inbox.addVoucher(signed);
    if (!withheld) await inbox.addReceipt(receiptOf(answer, modelId, [{ account: ada, ppm: 1_000_000 }]));
    return signed;
  };
  return { chain, inbox, published, keeper, hear };
}

describe('createKeeper', () => {
  test('collects at once, proposes when the epoch has closed, finalises when the window has ended', async () => {
    const { chain, keeper, hear, inbox } = await startKeeper();
    const { epoch } = await chain.epoch();
    await hear(word(1), 1_000n);
    expect(await keeper.step()).toMatchObject([{ kind: 'collected', result: { total: 1_000n } }]);
    expect(await keeper.step()).toStrictEqual([]);
    chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds - 1);
    expect(await keeper.step()).toStrictEqual([]);
    chain.advance(1);
    const { contributors } = splitFee({ amount: 1_000n, ownerBps: 2_000 });
    expect(await keeper.step()).toMatchObject([
      { kind: 'proposed', ledger: { epoch, accounts: [{ account: ada, cumulative: contributors }] } },
    ]);
    chain.advance(PROFILE.windowSeconds - 1);
    expect(await keeper.step()).toStrictEqual([]);
    chain.advance(1);
    expect(await keeper.step()).toStrictEqual([{ kind: 'finalized', epoch }]);
    expect(inbox.vouchers()).toStrictEqual([]);
    expect(inbox.receipt(word(1))).toBeUndefined();
  });

  test('does nothing while a transaction of an earlier run is in no block, and then goes on from what the chain says', async () => {
    const { chain, keeper, hear } = await startKeeper();
    await hear(word(1), 1_000n);
    let unmined = 2;
    chain.unmined = async () => unmined;
    expect(await keeper.step()).toStrictEqual([{ kind: 'waiting', transactions: 2 }]);
    expect(chain.writes).toStrictEqual([]);
    unmined = 0;
    expect(await keeper.step()).toMatchObject([{ kind: 'collected' }]);
  });

  test('does nothing on a chain that was started anew', async () => {
    const { chain, keeper, hear } = await startKeeper();
    await hear(word(1), 1_000n);
    chain.health = async () => ({ state: 'reset' });
    await expect(keeper.step()).rejects.toMatchObject({ code: 'CHAIN_RESET' });
    expect(chain.writes).toStrictEqual([]);
  });

  test('an account that has gas and no OPEN for its bond is given some where there is a faucet', async () => {
    const { chain, keeper, hear } = await startKeeper();
    await hear(word(1), 1_000n);
    await keeper.collect();
    chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
    await chain.bond({ amount: 30n });
    chain.setAccount(account, { native: 1n, open: 69n });
    await keeper.propose();
    expect(chain.writes.map(({ name }) => name)).toStrictEqual(['collect', 'bond', 'faucet', 'bond', 'propose']);
  });

  test('publishes the ledger before it names it on chain, and bonds only what is missing', async () => {
    const { chain, keeper, hear, published } = await startKeeper();
    await chain.bond({ amount: 30n });
    await hear(word(1), 1_000n);
    await keeper.collect();
    chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
    let publishedWhenProposed: boolean | undefined;
    const { propose } = chain;
    chain.propose = async (parameters) => {
      publishedWhenProposed = published.has(parameters.dataDigest);
      return propose(parameters);
    };
    await keeper.propose();
    expect(publishedWhenProposed).toBe(true);
    expect(chain.writes.filter(({ name }) => name === 'bond').map(({ value }) => value)).toStrictEqual([30n, 70n]);
  });

  test('leaves a refused voucher alone until the grace is over, and takes it when its payer has deposited', async () => {
    const { chain, keeper, hear } = await startKeeper();
    await hear(word(1), 50n);
    const { collect } = chain;
    // The payer withdraws after the keeper has looked and before its transaction.
    chain.collect = (parameters) => {
      chain.setAccount(payer, { escrow: 0n });
      return collect(parameters);
    };
    expect(await keeper.collect()).toMatchObject({ total: 0n, refused: [{ reason: 'ESCROW_INSUFFICIENT_BALANCE' }] });
    chain.collect = collect;
    expect(await keeper.collect()).toBeUndefined();
    chain.setAccount(payer, { escrow: 50n });
    chain.advance(PROFILE.graceSeconds - 1);
    expect(await keeper.collect()).toBeUndefined();
    chain.advance(1);
    expect(await keeper.collect()).toMatchObject({ total: 50n, refused: [] });
  });

  test('spends nothing on vouchers of who has nothing, however many are announced', async () => {
    const { chain, keeper, hear } = await startKeeper();
    for (const poor of [0xb1, 0xb2, 0xb3]) {
      chain.setAccount(address(poor), { escrow: 0n });
      await hear(word(poor), 50n, true, address(poor));
    }
    expect(await keeper.step()).toStrictEqual([]);
    await hear(word(1), 50n);
    expect(await keeper.step()).toMatchObject([{ kind: 'collected', result: { total: 50n, refused: [] } }]);
    expect(chain.writes.map(({ name }) => name)).toStrictEqual(['collect']);
  });

  test('a payer who pays little under a receipt over a fortune takes nothing of what others paid', async () => {
    const { chain, keeper, hear, inbox } = await startKeeper();
    await hear(word(1), 9_999n);
    const eve = address(0xe1);
    const signed = await hear(word(2), 1n, true, address(0xa2));
    await inbox.addReceipt(
      receiptOf({ digest: word(2), amount: 10n ** 70n }, modelId, [{ account: eve, ppm: 1_000_000 }]),
    );
    expect((await keeper.collect())?.collected.map(({ voucher }) => voucher)).toContainEqual(signed.voucher);
    chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
    const { accounts = [], total = 0n } = (await keeper.propose())?.ledger ?? {};
    // One ten-thousandth, which is less than a wei here, is eve's.
    expect(accounts).toStrictEqual([{ account: ada, cumulative: total }]);
  });

  test('collects what is owed beside vouchers that a stranger signed for the same channel', async () => {
    const { chain, keeper, hear, inbox } = await startKeeper();
    const { epoch } = await chain.epoch();
    const answer = { digest: word(1), amount: 10n ** 20n };
    const [forged] = await payAnswers({ payer, modelId, epoch, answers: [answer] });
    if (forged === undefined) throw new Error('no voucher');
    await inbox.addVoucher(forged);
    const honest = await hear(word(1), 50n);
    expect(inbox.vouchers()).toStrictEqual([forged, honest]);
    expect(await keeper.collect()).toMatchObject({ total: 50n, refused: [] });
  });

  test('waits one epoch for a missing receipt, then pays by what is here', async () => {
    const { chain, keeper, hear } = await startKeeper();
    await hear(word(1), 1_000n, true);
    await keeper.collect();
    chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
    expect(await keeper.propose()).toBeUndefined();
    chain.advance(PROFILE.epochSeconds - 1);
    expect(await keeper.propose()).toBeUndefined();
    expect(chain.writes.map(({ name }) => name)).toStrictEqual(['collect']);
    chain.advance(1);
    // There are no rows on chain either, so the model's owner is paid.
    expect((await keeper.propose())?.ledger.accounts).toMatchObject([{ account: owner }]);
  });

  test('a receipt whose shares add to more than everything counts for nothing and stops nobody', async () => {
    const { chain, keeper, hear, inbox } = await startKeeper();
    await hear(word(1), 1_000n);
    await keeper.collect();
    const signed = await hear(word(2), 1_000n, true, address(0xa2));
    const eve = [0xe1, 0xe2].map((number) => ({ account: address(number), ppm: 1_000_000 }));
    await inbox.addReceipt(receiptOf({ digest: word(2), amount: 1_000n }, modelId, eve));
    expect(await keeper.collect()).toMatchObject({ collected: [{ voucher: signed.voucher }] });
    chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
    const { contributors } = splitFee({ amount: 2_000n, ownerBps: 2_000 });
    expect((await keeper.propose())?.ledger.accounts).toStrictEqual([{ account: ada, cumulative: contributors }]);
  });

  test('proposes nothing upon a ledger that nobody has, or that is not the one of the root', async () => {
    const { chain, keeper, hear, published } = await startKeeper();
    for (const digest of [word(1), word(2)]) {
      await hear(digest, 1_000n);
      await keeper.collect();
      chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
      if (digest === word(1)) {
        await keeper.propose();
        chain.advance(PROFILE.windowSeconds);
        await keeper.finalize();
      }
    }
    const { rewards } = chain;
    // Whoever proposed it named the digest of another ledger than the root's.
    chain.rewards = async () => {
      const state = await rewards();
      return { ...state, current: { ...state.current, root: word(9) } };
    };
    await expect(keeper.propose()).rejects.toMatchObject({ code: 'LEDGER_WRONG_ROOT', facts: { root: word(9) } });
    published.clear();
    await expect(keeper.propose()).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });

  test('says what it does: the ledger, a bond where one is missing, the proposal', async () => {
    const { chain, keeper, hear, inbox } = await startKeeper();
    const { epoch } = await chain.epoch();
    await hear(word(1), 1_000n);
    await keeper.collect();
    chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
    const steps: string[] = [];
    const propose = () =>
      proposeEpoch({
        chain,
        account,
        epoch,
        inbox,
        ledgers: memoryLedgers(),
        onStep: (step) => void steps.push(step),
      });
    chain.propose = () => Promise.reject(new Error('away'));
    await expect(propose()).rejects.toThrow('away');
    expect(steps.splice(0)).toStrictEqual(['ledger', 'bond', 'propose']);
    await expect(propose()).rejects.toThrow('away');
    expect(steps).toStrictEqual(['ledger', 'propose']);
  });

  test('forgets what somebody else has settled, and keeps what is not settled', async () => {
    const { chain, keeper, hear, inbox } = await startKeeper();
    await hear(word(1), 1_000n);
    await keeper.collect();
    chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
    await keeper.propose();
    const later = await hear(word(2), 1_000n);
    chain.advance(PROFILE.windowSeconds);
    expect(inbox.vouchers()).toHaveLength(2);
    await chain.finalize();
    await keeper.step();
    expect(inbox.vouchers()).toStrictEqual([later]);
    expect([inbox.receipt(word(1)), inbox.receipt(word(2))?.amount]).toStrictEqual([undefined, 1_000n]);
  });
});

describe('runKeeper', () => {
  test('reports a failed step, goes on, and ends with its signal', async () => {
    const abort = new AbortController();
    const reported: string[] = [];
    let steps = 0;
    await runKeeper({
      keeper: {
        async step() {
          steps += 1;
          if (steps === 1) throw new Error('the chain is away');
          if (steps === 3) abort.abort();
          return [{ kind: 'finalized', epoch: BigInt(steps) }];
        },
      },
      intervalSeconds: 0,
      signal: abort.signal,
      report: ({ kind }) => reported.push(kind),
    });
    expect(reported).toStrictEqual(['failed', 'finalized', 'finalized']);
  });

  test('what fails after its signal has ended is not reported, and it ends at once', async () => {
    const abort = new AbortController();
    const reported: string[] = [];
    await runKeeper({
      keeper: {
        async step() {
          abort.abort();
          throw new Error('stopped');
        },
      },
      intervalSeconds: 86_400,
      signal: abort.signal,
      report: ({ kind }) => reported.push(kind),
    });
    expect(reported).toStrictEqual([]);
    let steps = 0;
    const keeper = {
      async step() {
        steps += 1;
        return [];
      },
    };
    await runKeeper({ keeper, intervalSeconds: 86_400, signal: abort.signal, report: () => undefined });
    expect(steps).toBe(0);
  });

  test('waits its interval between steps, and no longer once its signal ends', async () => {
    vi.useFakeTimers();
    try {
      const abort = new AbortController();
      let steps = 0;
      const keeper = {
        async step() {
          steps += 1;
          // A loop that did not wait would never give way to this test.
          if (steps > 9) abort.abort();
          return [];
        },
      };
      const running = runKeeper({ keeper, intervalSeconds: 60, signal: abort.signal, report: () => undefined });
      await vi.advanceTimersByTimeAsync(59_999);
      expect(steps).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(steps).toBe(2);
      abort.abort();
      await running;
      expect([steps, vi.getTimerCount()]).toStrictEqual([2, 0]);
    } finally {
      vi.useRealTimers();
    }
  });
});
