// Keeper and page hear of the same vouchers and receipts in different orders, some twice, some in other letter case, some
// never. What they propose must be one ledger, bit for bit, and the one that plain arithmetic gives.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeLedger, type Hex, type Ledger, type SignedVoucher } from '../../settlement/index.ts';
import { address, createFakeChain, DEPLOYMENT, type FakeChain, PROFILE, word } from '../testing/fakeChain.ts';
import { memoryLedgers, memoryTable } from '../testing/memory.ts';
import { payAnswers, receiptOf } from '../testing/payer.ts';
import { createKeeper } from './createKeeper.ts';
import { createVoucherInbox, type KnownReceipt, type VoucherInbox } from './createVoucherInbox.ts';
import { finalizeEpoch } from './finalizeEpoch.ts';
import { openVouchers } from './openVouchers.ts';
import { proposeEpoch } from './proposeEpoch.ts';

const EPOCHS_A_RUN = 4;
const RUNS = 50;
const account = address(0xc0);

const models = [
  {
    id: word(0xa),
    owner: address(0x0e1),
    ownerBps: 2_000,
    rows: [
      { contributor: address(0xa3), rowCount: 5 },
      { contributor: address(0xa9), rowCount: 2 },
    ],
  },
  { id: word(0xb), owner: address(0x0e2), ownerBps: 333 },
];

/** One answer. `receipt`: `lost` is announced to nobody, `foreign` names another model than the voucher pays. */
const answer = fc.record({
  amount: fc.bigInt({ min: 1n, max: 10n ** 20n }),
  receipt: fc.constantFrom('known', 'known', 'known', 'lost', 'foreign'),
  shares: fc.uniqueArray(fc.tuple(fc.integer({ min: 0xa0, max: 0xa5 }), fc.integer({ min: 0, max: 250_000 })), {
    maxLength: 4,
    selector: ([contributor]) => contributor,
  }),
  /** The same receipt as the first answer of the epoch: it counts once. */
  repeated: fc.boolean(),
  /** How much more the receipt states than was paid. */
  overstated: fc.constantFrom(1n, 1n, 1n, 2n, 10n ** 40n),
  upperCase: fc.boolean(),
});

const channel = fc.record({
  payer: fc.integer({ min: 1, max: 3 }),
  model: fc.integer({ min: 0, max: models.length - 1 }),
  answers: fc.array(answer, { minLength: 1, maxLength: 2 }),
  /** Which of its vouchers was collected: not always the newest. */
  collected: fc.nat(1),
});

const epochScenario = fc.record({
  channels: fc.uniqueArray(channel, {
    minLength: 1,
    maxLength: 3,
    selector: ({ payer, model }) => `${payer}/${model}`,
  }),
  /** Epochs in which nobody paid. */
  idle: fc.nat(2),
  keeperOrder: fc.infiniteStream(fc.nat(1_000)),
  pageOrder: fc.infiniteStream(fc.nat(1_000)),
});

/** A digest with letters, so that their case matters. */
const digestOf = (value: number): Hex => word((0xabcdefn << 232n) + BigInt(value));
const upperCase = (digest: Hex): Hex => `0x${digest.slice(2).toUpperCase()}`;

type Announced = { readonly voucher: SignedVoucher } | { readonly receipt: KnownReceipt };

/** The announcements in an order drawn from `order`, about a third of them twice. */
function heard(announced: readonly Announced[], order: Iterable<number>): readonly Announced[] {
  const draws = order[Symbol.iterator]();
  const draw = (): number => draws.next().value ?? 0;
  return announced
    .flatMap((item) => (draw() % 3 === 0 ? [item, item] : [item]))
    .map((item) => ({ item, at: draw() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

async function hear(inbox: VoucherInbox, items: readonly Announced[]): Promise<void> {
  for (const item of items) {
    if ('voucher' in item) await inbox.addVoucher(item.voucher);
    else await inbox.addReceipt(item.receipt);
  }
}

const openInbox = (): Promise<VoucherInbox> =>
  createVoucherInbox({ deployment: DEPLOYMENT, vouchers: memoryTable(), receipts: memoryTable() });

interface Paid {
  readonly modelId: Hex;
  readonly amount: bigint;
  /** Receipts under the collected voucher. */
  readonly digests: readonly Hex[];
}

/** The plain arithmetic of docs/settlement.md, with nothing of the product in it. */
function expectedAccounts(
  before: ReadonlyMap<string, bigint>,
  paid: readonly Paid[],
  receipts: ReadonlyMap<Hex, KnownReceipt>,
): readonly { account: string; cumulative: bigint }[] {
  const totals = new Map(before);
  const add = (map: Map<string, bigint>, key: string, amount: bigint): void =>
    void map.set(key, (map.get(key) ?? 0n) + amount);
  for (const { id, owner, ownerBps, rows } of models) {
    const ofModel = paid.filter(({ modelId }) => modelId === id);
    const floor = (amount: bigint, bps: number): bigint => (amount * BigInt(bps)) / 10_000n;
    const pool = ofModel
      .map(({ amount }) => amount - [500, 300, 20, ownerBps].reduce((sum, bps) => sum + floor(amount, bps), 0n))
      .reduce((sum, part) => sum + part, 0n);
    // 5 and 2 of 7 rows in parts per million, by largest remainder.
    const fallback: [string, bigint][] =
      rows === undefined
        ? [[owner, 1_000_000n]]
        : [
            [address(0xa3), 714_286n],
            [address(0xa9), 285_714n],
          ];
    const weights = new Map<string, bigint>();
    // What each receipt counts for: what it states, as far as the channels that list it paid so much.
    const counted = new Map<Hex, bigint>();
    const statedBy = (digest: Hex): bigint => BigInt(receipts.get(digest)?.decoded.subject.amount ?? 0);
    for (const { amount: collected, digests } of ofModel) {
      const known = [...new Set(digests)].filter((digest) => receipts.get(digest)?.decoded.subject.model === id);
      const sum = known.reduce((total, digest) => total + statedBy(digest), 0n);
      for (const digest of known) {
        const part = sum > collected ? (statedBy(digest) * collected) / sum : statedBy(digest);
        const both = (counted.get(digest) ?? 0n) + part;
        counted.set(digest, both > statedBy(digest) ? statedBy(digest) : both);
      }
    }
    for (const [digest, amount] of counted) {
      const { shares = [] } = receipts.get(digest)?.decoded ?? {};
      for (const share of shares) add(weights, share.account, amount * BigInt(share.ppm) * 1_000_000n);
      const rest = 1_000_000n - shares.reduce((sum, { ppm }) => sum + BigInt(ppm), 0n);
      for (const [to, ppm] of fallback) add(weights, to, amount * rest * ppm);
    }
    if ([...weights.values()].every((weight) => weight === 0n)) for (const [to, ppm] of fallback) add(weights, to, ppm);
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0n);
    let prefix = 0n;
    for (const [to, weight] of [...weights].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const from = (pool * prefix) / total;
      prefix += weight;
      add(totals, to, (pool * prefix) / total - from);
    }
  }
  return [...totals]
    .filter(([, cumulative]) => cumulative > 0n)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([to, cumulative]) => ({ account: to, cumulative }));
}

test(`keeper and page propose the same root for ${EPOCHS_A_RUN * RUNS} random epochs`, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(epochScenario, { minLength: EPOCHS_A_RUN, maxLength: EPOCHS_A_RUN }),
      async (scenarios) => {
        const chains: readonly [FakeChain, FakeChain] = [createFakeChain({ models }), createFakeChain({ models })];
        const [keeperChain, pageChain] = chains;
        const [keeperInbox, pageInbox] = await Promise.all([openInbox(), openInbox()]);
        const pageLedgers = memoryLedgers();
        const keeper = createKeeper({ chain: keeperChain, account, inbox: keeperInbox, ledgers: memoryLedgers() });
        let digests = 0;
        let before: ReadonlyMap<string, bigint> = new Map();

        for (const { channels, idle, keeperOrder, pageOrder } of scenarios) {
          for (const chain of chains) chain.advance(idle * PROFILE.epochSeconds);
          const { epoch } = await keeperChain.epoch();
          const announced: Announced[] = [];
          const receipts = new Map<Hex, KnownReceipt>();
          const paid: Paid[] = [];
          let shared: Hex | undefined;
          for (const { payer, model, answers, collected } of channels) {
            const modelId = models[model]?.id ?? word(0);
            const made = answers.map((each, index) => {
              digests += 1;
              const repeats = index === 0 && each.repeated && shared !== undefined;
              const digest = repeats ? (shared as Hex) : digestOf(digests);
              shared ??= digest;
              return { ...each, digest, repeats };
            });
            const vouchers = await payAnswers({ payer: address(payer), modelId, epoch, answers: made });
            for (const chain of chains) for (const voucher of vouchers) chain.allow(voucher);
            announced.push(
              ...vouchers.map((voucher) => ({
                voucher: made[0]?.upperCase ? { ...voucher, receipts: voucher.receipts.map(upperCase) } : voucher,
              })),
            );
            for (const each of made) {
              if (each.receipt === 'lost' || each.repeats) continue;
              const shares = each.shares.map(([to, ppm]) => ({ account: address(to), ppm }));
              const named = each.receipt === 'foreign' ? (models[1 - model]?.id ?? '') : modelId;
              const receipt = receiptOf({ ...each, amount: each.amount * each.overstated }, named, shares);
              receipts.set(each.digest, receipt);
              announced.push({ receipt });
            }
            const drawn = vouchers[Math.min(collected, vouchers.length - 1)];
            if (drawn === undefined) continue;
            for (const chain of chains) await chain.collect({ vouchers: [drawn] });
            paid.push({ modelId, amount: drawn.voucher.cumulative, digests: drawn.receipts });
          }
          await hear(keeperInbox, heard(announced, keeperOrder));
          await hear(pageInbox, heard(announced, pageOrder));

          // Both would collect the same next.
          const open = await Promise.all(
            ([keeperInbox, pageInbox] as const).map(async (inbox, index) => {
              const chain = chains[index] as FakeChain;
              const found = await openVouchers({ chain, state: await chain.epoch(), vouchers: inbox.vouchers() });
              return new Set(found.map(({ signed, amount }) => `${signed.signature} ${amount}`));
            }),
          );
          expect(open[0]).toStrictEqual(open[1]);

          for (const chain of chains) chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
          const propose = async (): Promise<readonly (Ledger | undefined)[]> => {
            const byPage = await proposeEpoch({
              chain: pageChain,
              account,
              epoch,
              inbox: pageInbox,
              ledgers: pageLedgers,
            });
            const byKeeper = await keeper.propose();
            return [byKeeper?.ledger, byPage.kind === 'proposed' ? byPage.ledger : undefined];
          };
          let [byKeeper, byPage] = await propose();
          const isMissing = paid.some((each) => each.digests.some((digest) => !receipts.has(digest)));
          expect([byKeeper === undefined, byPage === undefined]).toStrictEqual([isMissing, isMissing]);
          if (isMissing) {
            for (const chain of chains) chain.advance(PROFILE.epochSeconds);
            [byKeeper, byPage] = await propose();
          }
          if (byKeeper === undefined || byPage === undefined) throw new Error('nothing was proposed');
          const accounts = expectedAccounts(before, paid, receipts);
          expect(byKeeper.accounts).toStrictEqual(accounts);
          expect(byKeeper.root).toBe(byPage.root);
          expect(encodeLedger(byKeeper)).toStrictEqual(encodeLedger(byPage));

          for (const chain of chains) chain.advance(PROFILE.windowSeconds);
          expect(await keeper.finalize()).toBe(epoch);
          await finalizeEpoch({ chain: pageChain, account });
          before = new Map(accounts.map((entry) => [entry.account, entry.cumulative]));
          compared += 1;
        }
      },
    ),
    // Not shrunk: every attempt would sign its vouchers again.
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(compared).toBe(EPOCHS_A_RUN * RUNS);
  // Some thousand signatures are made and checked: seconds on a quiet machine.
}, 180_000);

test('a receipt that is listed or announced twice is paid once, as it was announced first', async () => {
  const chain = createFakeChain({ models });
  const inbox = await openInbox();
  const { epoch } = await chain.epoch();
  const modelId = models[0]?.id ?? word(0);
  const ada = address(0xada);
  const grace = address(0x97ace);
  const doubled = { digest: digestOf(1), amount: 300n };
  const single = { digest: digestOf(2), amount: 300n };
  for (const [payer, answers] of [
    [address(1), [doubled]],
    [address(2), [doubled, { ...doubled, digest: upperCase(doubled.digest) }, single]],
  ] as const) {
    const newest = (await payAnswers({ payer, modelId, epoch, answers })).at(-1);
    if (newest === undefined) throw new Error('no voucher');
    await inbox.addVoucher(newest);
    await chain.collect({ vouchers: [newest] });
  }
  await inbox.addReceipt(receiptOf(doubled, modelId, [{ account: ada, ppm: 1_000_000 }]));
  await inbox.addReceipt(receiptOf(doubled, modelId, [{ account: grace, ppm: 1_000_000 }]));
  await inbox.addReceipt(receiptOf(single, modelId, [{ account: grace, ppm: 1_000_000 }]));
  chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
  const keeper = createKeeper({ chain, account, inbox, ledgers: memoryLedgers() });
  const { accounts = [], total = 0n } = (await keeper.propose())?.ledger ?? {};
  expect(accounts).toStrictEqual([
    { account: ada, cumulative: total / 2n },
    { account: grace, cumulative: total - total / 2n },
  ]);
});
