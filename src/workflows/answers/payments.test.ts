// From set-up to paid answers: readiness before and after each step, over the contracts' rules in memory.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { type Channel, type SignedVoucher, verifySignedVoucher } from '../../settlement/index.ts';
import { address, createFakeChain, DEPLOYMENT, type FakeChain, PROFILE, word } from '../testing/fakeChain.ts';
import { memoryPayments } from '../testing/memory.ts';
import { answerPrice } from './answerPrice.ts';
import { findPayment } from './findPayment.ts';
import { outstandingVouchers } from './outstandingVouchers.ts';
import { payAnswer } from './payAnswer.ts';
import type { PaymentPorts, SetUpPlan } from './paymentPorts.ts';
import { paymentReadiness } from './paymentReadiness.ts';
import { revokeSession } from './revokeSession.ts';
import { type SetUpStep, setUpPayment, unfinishedSetUp } from './setUpPayment.ts';

const OPEN = 10n ** 18n;
const DAY = 24 * 3600;
const payer = address(0x5e);
const modelId = word(0xabc);
const adapter = { id: 'x', source: 'browser', data: { modelId } } as const;
const terms = { modelId, price: OPEN, ownerBps: 2_000 };
const digest = (value: number): string => word(value).slice(2);

let chain: FakeChain;
let payments: ReturnType<typeof memoryPayments>;
let clock: number;

function open(price = OPEN): void {
  clock = 1_700_000_000_000;
  chain = createFakeChain({ models: [{ id: modelId, owner: address(1), ownerBps: 2_000, price }], sender: payer });
  chain.setAccount(payer, { open: 100n * OPEN, escrow: 0n });
  payments = memoryPayments(chain, () => clock);
}
beforeEach(() => open());

const readiness = () => paymentReadiness({ adapter, payer, ports: payments.ports });

async function setUp(amount: bigint): Promise<readonly SetUpStep[]> {
  const steps: SetUpStep[] = [];
  await setUpPayment({
    payer,
    amount,
    ports: payments.ports,
    onStep: (step, state) => {
      if (state === 'running') steps.push(step);
    },
  });
  return steps;
}

const pay = (receipt: number, tokens: number) =>
  payAnswer({ payer, terms, tokens, receiptDigest: digest(receipt), ports: payments.ports });

describe('paymentReadiness', () => {
  test('names what is in the way', async () => {
    expect(await paymentReadiness({ adapter, payer, ports: undefined })).toStrictEqual({ status: 'noChain' });
    expect(await paymentReadiness({ adapter: undefined, payer, ports: payments.ports })).toStrictEqual({
      status: 'noModel',
    });
    const elsewhere = { ...adapter, data: { modelId: word(0xdef) } };
    expect(await paymentReadiness({ adapter: elsewhere, payer, ports: payments.ports })).toStrictEqual({
      status: 'noModel',
    });
    expect(await paymentReadiness({ adapter, payer: undefined, ports: payments.ports })).toStrictEqual({
      status: 'noWallet',
      terms,
    });
    expect(await readiness()).toStrictEqual({ status: 'notSetUp', terms });
    open(0n);
    expect(await readiness()).toStrictEqual({ status: 'free' });
  });

  test('trouble with the chain is a state', async () => {
    const error = new Error('unreachable');
    chain.models = () => Promise.reject(error);
    expect(await readiness()).toStrictEqual({ status: 'trouble', error });
  });

  test('is ready with what was prepaid until the key has ended by the chain’s clock', async () => {
    await setUp(5n * OPEN);
    expect(await readiness()).toStrictEqual({ status: 'ready', terms, left: 5n * OPEN });
    // This machine's clock says nothing about a key.
    clock += 60 * DAY * 1_000;
    expect((await readiness()).status).toBe('ready');
    chain.advance(30 * DAY - 1);
    expect((await readiness()).status).toBe('ready');
    chain.advance(1);
    expect(await readiness()).toStrictEqual({ status: 'ended', terms });
    await expect(pay(1, 100)).rejects.toMatchObject({ code: 'PAYMENT_KEY_ENDED' });
    expect(payments.vouchers.size).toBe(0);
  });

  test('a key that the chain never heard of pays nothing', async () => {
    chain.setSessionKey = () => Promise.reject(new Error('not signed'));
    await expect(setUp(OPEN)).rejects.toThrow('not signed');
    expect(payments.sessions.size).toBe(1);
    expect(await readiness()).toStrictEqual({ status: 'notSetUp', terms });
    await expect(pay(1, 100)).rejects.toMatchObject({ code: 'PAYMENT_NOT_SET_UP' });
  });

  test('what is left is the smaller of cap and escrow, without what thaws', async () => {
    await setUp(5n * OPEN);
    chain.setAccount(payer, { escrow: 50n * OPEN });
    expect(await readiness()).toMatchObject({ left: 5n * OPEN });
    const { voucherId } = await pay(1, 2_000);
    await chain.collect({ vouchers: [payments.vouchers.get(voucherId)?.signed as SignedVoucher] });
    expect(await readiness()).toMatchObject({ left: 3n * OPEN });
    chain.setAccount(payer, { escrow: 2n * OPEN });
    expect(await readiness()).toMatchObject({ left: 2n * OPEN });
    chain.setAccount(payer, { escrow: 2n * OPEN, thawing: OPEN / 2n });
    expect(await readiness()).toMatchObject({ left: (3n * OPEN) / 2n });
    chain.setAccount(payer, { escrow: 2n * OPEN, thawing: 2n * OPEN });
    expect(await readiness()).toStrictEqual({ status: 'exhausted', terms });
  });

  test('vouchers that nobody collected yet are not left to spend again', async () => {
    await setUp(2n * OPEN);
    await pay(1, 1_500);
    expect(await readiness()).toStrictEqual({ status: 'ready', terms, left: OPEN / 2n });
    await expect(pay(2, 501)).rejects.toMatchObject({ code: 'PAYMENT_EXHAUSTED' });
    await pay(2, 500);
    expect(await readiness()).toStrictEqual({ status: 'exhausted', terms });
  });

  test('paying, collecting and asking in any order never leaves more than was prepaid and not spent', async () => {
    const answers = fc.array(fc.record({ tokens: fc.integer({ min: 1, max: 900 }), collect: fc.boolean() }), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(answers, async (list) => {
        open();
        await setUp(10n * OPEN);
        let spent = 0n;
        for (const [index, { tokens, collect }] of list.entries()) {
          const { voucherId, amount } = await pay(index, tokens);
          spent += amount;
          const signed = payments.vouchers.get(voucherId)?.signed as SignedVoucher;
          if (collect) await chain.collect({ vouchers: [signed] });
          expect(await readiness()).toMatchObject({ status: 'ready', left: 10n * OPEN - spent });
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('outstandingVouchers', () => {
  const outstanding = async (of = payer, ports: PaymentPorts = payments.ports) =>
    [...(await outstandingVouchers({ payer: of, ports })).values()].reduce((total, part) => total + part, 0n);

  test('counts every channel of this payer by what the chain has not collected', async () => {
    await setUp(10n * OPEN);
    const { voucherId } = await pay(1, 1_000);
    const other = { ...terms, modelId: word(0xbbb) };
    await payAnswer({ payer, terms: other, tokens: 500, receiptDigest: digest(2), ports: payments.ports });
    expect(await outstanding()).toBe((3n * OPEN) / 2n);
    await chain.collect({ vouchers: [payments.vouchers.get(voucherId)?.signed as SignedVoucher] });
    expect(await outstanding()).toBe(OPEN / 2n);
    expect(await outstanding(address(0x5f))).toBe(0n);
  });

  test('a voucher counts until the epoch after its own has ended, and never on another chain', async () => {
    await setUp(10n * OPEN);
    await pay(1, 1_000);
    chain.advance(PROFILE.epochSeconds);
    expect(await outstanding()).toBe(OPEN);
    chain.advance(PROFILE.epochSeconds);
    expect(await outstanding()).toBe(0n);
    chain.advance(-2 * PROFILE.epochSeconds);
    const elsewhere = { ...payments.ports, deployment: { ...DEPLOYMENT, genesisHash: word(0xfb) } };
    expect(await outstanding(payer, elsewhere)).toBe(0n);
  });
});

describe('setUpPayment', () => {
  const now = async (): Promise<number> => (await chain.epoch()).now;
  const names = (): string[] => chain.writes.map(({ name }) => name);

  test('deposits and allows a new key for thirty days of the chain’s clock', async () => {
    expect(await setUp(7n * OPEN)).toStrictEqual(['deposit', 'key']);
    const [record] = payments.sessions.values();
    expect(record).toMatchObject({ payer, cap: 7n * OPEN, validUntil: (await now()) + 30 * DAY });
    expect(chain.writes).toStrictEqual([
      { name: 'deposit', value: 7n * OPEN },
      {
        name: 'setSessionKey',
        value: expect.objectContaining({ signer: record?.address, validUntil: record?.validUntil, cap: 7n * OPEN }),
      },
    ]);
    expect(payments.plans.size).toBe(0);
  });

  test('after a refusal each try sends what is missing, with the key that was stored before', async () => {
    const { setSessionKey, deposit } = chain;
    chain.setSessionKey = () => Promise.reject(new TributaryError({ code: 'WALLET_REJECTED', message: '', hint: '' }));
    await expect(setUp(10n * OPEN)).rejects.toMatchObject({ code: 'WALLET_REJECTED' });
    // It is known how that ended: the next try need not ask what became of it.
    expect([...payments.plans.values()].map((plan) => 'sent' in plan)).toStrictEqual([false]);
    const [stored] = payments.sessions.values();
    expect(await unfinishedSetUp({ payer, ports: payments.ports })).toStrictEqual({
      deposited: 10n * OPEN,
      allowed: 0n,
    });
    chain.setSessionKey = setSessionKey;
    const states: string[] = [];
    const onStep = (step: string, state: string) => states.push(`${step} ${state}`);
    // More than before: the difference is deposited, and the key may spend all of it.
    await setUpPayment({ payer, amount: 12n * OPEN, ports: payments.ports, onStep });
    expect(states).toStrictEqual(['deposit running', 'deposit done', 'key running', 'key done']);
    expect(chain.writes).toMatchObject([
      { name: 'deposit', value: 10n * OPEN },
      { name: 'deposit', value: 2n * OPEN },
      { name: 'setSessionKey', value: { signer: stored?.address, cap: 12n * OPEN } },
    ]);
    // The plan is over: another set-up adds.
    chain.deposit = () => Promise.reject(new TributaryError({ code: 'WALLET_REJECTED', message: '', hint: '' }));
    await expect(setUp(3n * OPEN)).rejects.toMatchObject({ code: 'WALLET_REJECTED' });
    chain.deposit = deposit;
    await setUp(3n * OPEN);
    expect(names()).toStrictEqual(['deposit', 'deposit', 'setSessionKey', 'deposit', 'setSessionKey']);
    expect(await readiness()).toMatchObject({ status: 'ready', left: 15n * OPEN });
  });

  test('less than what an earlier try deposited deposits nothing, and all of it can be spent', async () => {
    const { setSessionKey } = chain;
    chain.setSessionKey = () => Promise.reject(new Error('killed'));
    await expect(setUp(10n * OPEN)).rejects.toThrow('killed');
    chain.setSessionKey = setSessionKey;
    expect(await setUp(4n * OPEN)).toStrictEqual(['key']);
    expect(await readiness()).toMatchObject({ status: 'ready', left: 10n * OPEN });
  });

  test.each(['TRANSACTION_REPLACED', 'TRANSACTION_CANCELLED', 'TRANSACTION_PENDING', 'TRANSACTION_REVERTED'])(
    'after %s the effect on chain decides',
    async (code) => {
      const unclear = new TributaryError({ code, message: '', hint: '' });
      const { deposit, setSessionKey } = chain;
      chain.deposit = async (parameters) => {
        await deposit(parameters);
        throw unclear;
      };
      chain.setSessionKey = () => Promise.reject(unclear);
      await expect(setUp(OPEN)).rejects.toMatchObject({ code });
      expect(names()).toStrictEqual(['deposit']);
      chain.setSessionKey = setSessionKey;
      await setUp(OPEN);
      expect(names()).toStrictEqual(['deposit', 'setSessionKey']);
    },
  );

  test('what the wallet sent before the page was closed is waited for and not sent again', async () => {
    const { deposit } = chain;
    chain.deposit = ({ onSubmitted }) => {
      onSubmitted?.(word(0xbeef));
      return Promise.reject(new TributaryError({ code: 'CHAIN_UNREACHABLE', message: '', hint: '' }));
    };
    await expect(setUp(OPEN)).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    expect([...payments.plans.values()]).toMatchObject([{ sent: { hash: word(0xbeef) } }]);
    chain.transaction = async ({ hash }) => (hash === word(0xbeef) ? 'pending' : 'unknown');
    const waited: string[] = [];
    chain.waitForTransaction = async ({ hash }) => {
      waited.push(hash);
      return deposit({ amount: OPEN });
    };
    expect(await setUp(OPEN)).toStrictEqual(['key']);
    expect(waited).toStrictEqual([word(0xbeef)]);
    expect(names()).toStrictEqual(['deposit', 'setSessionKey']);
  });

  test.each([
    ['TRANSACTION_PENDING', 'is waited for again'],
    ['CHAIN_UNREACHABLE', 'is not known'],
    ['TRANSACTION_REVERTED', 'has no effect'],
    ['TRANSACTION_CANCELLED', 'has no effect'],
  ])('what was sent before and ended as %s %s', async (code, end) => {
    const { deposit } = chain;
    chain.deposit = ({ onSubmitted }) => {
      onSubmitted?.(word(0xbeef));
      return Promise.reject(new TributaryError({ code: 'CHAIN_UNREACHABLE', message: '', hint: '' }));
    };
    await expect(setUp(OPEN)).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    chain.deposit = deposit;
    chain.transaction = async () => 'pending';
    chain.waitForTransaction = () => Promise.reject(new TributaryError({ code, message: '', hint: '' }));
    if (end === 'has no effect') expect(await setUp(OPEN)).toStrictEqual(['deposit', 'key']);
    else await expect(setUp(OPEN)).rejects.toMatchObject({ code });
    expect(names()).toStrictEqual(end === 'has no effect' ? ['deposit', 'setSessionKey'] : []);
  });

  test('that the wallet is asked is noted before it is, and that it has sent when it has', async () => {
    const sent = () => [...payments.plans.values()].map((plan) => plan.sent);
    const seen: unknown[] = [];
    const { deposit, setSessionKey } = chain;
    chain.deposit = async (parameters) => {
      seen.push(sent());
      return deposit(parameters);
    };
    chain.setSessionKey = async (parameters) => {
      seen.push(sent());
      parameters.onSubmitted?.(word(0xbeef));
      throw new Error('closed');
    };
    await expect(setUp(OPEN)).rejects.toThrow('closed');
    seen.push(sent());
    expect(seen).toStrictEqual([[{}], [{}], [{ hash: word(0xbeef) }]]);
    chain.setSessionKey = setSessionKey;
    await setUp(OPEN);
    expect(payments.plans.size).toBe(0);
  });

  test('what was sent and could not be noted is found on the chain by the next try', async () => {
    const { deposit } = chain;
    chain.deposit = async (parameters) => {
      parameters.onSubmitted?.(word(0xbeef));
      // Long enough for whatever nobody waits for to be noticed.
      await new Promise((resolve) => void setTimeout(resolve, 20));
      return deposit(parameters);
    };
    const { put } = payments.ports.plans;
    let isFull = true;
    const plans = {
      ...payments.ports.plans,
      put: (plan: SetUpPlan) =>
        isFull && plan.sent?.hash !== undefined ? Promise.reject(new Error('full')) : put(plan),
    };
    const ports = { ...payments.ports, plans };
    const again = () => setUpPayment({ payer, amount: OPEN, ports, onStep: () => undefined });
    await expect(again()).rejects.toThrow('full');
    isFull = false;
    await again();
    expect(names()).toStrictEqual(['deposit', 'setSessionKey']);
  });

  test('a wallet that was asked when the page closed must have nothing unmined', async () => {
    chain.deposit = () => Promise.reject(new Error('closed'));
    await expect(setUp(OPEN)).rejects.toThrow('closed');
    chain.unmined = async () => 1;
    await expect(setUp(OPEN)).rejects.toMatchObject({ code: 'WALLET_UNMINED' });
    expect(chain.writes).toStrictEqual([]);
  });

  test('a transaction that the server has lost is not sent again while the account has one unmined', async () => {
    chain.deposit = ({ onSubmitted }) => {
      onSubmitted?.(word(0xbeef));
      return Promise.reject(new TributaryError({ code: 'TRANSACTION_PENDING', message: '', hint: '' }));
    };
    await expect(setUp(OPEN)).rejects.toMatchObject({ code: 'TRANSACTION_PENDING' });
    chain.transaction = async () => 'unknown';
    chain.unmined = async () => 1;
    await expect(setUp(OPEN)).rejects.toMatchObject({ code: 'WALLET_UNMINED' });
    expect(chain.writes).toStrictEqual([]);
  });

  test('a deposit counts also when its key was forgotten before the chain heard of it', async () => {
    const { setSessionKey } = chain;
    chain.setSessionKey = () => Promise.reject(new Error('killed'));
    await expect(setUp(OPEN)).rejects.toThrow('killed');
    chain.setSessionKey = setSessionKey;
    await revokeSession({ payer, ports: payments.ports });
    expect(await setUp(OPEN)).toStrictEqual(['key']);
    expect(await readiness()).toMatchObject({ status: 'ready', left: OPEN });
  });

  test('a deposit that was taken back is made again', async () => {
    const { setSessionKey } = chain;
    chain.setAccount(payer, { escrow: 0n });
    chain.setSessionKey = () => Promise.reject(new Error('killed'));
    await expect(setUp(OPEN)).rejects.toThrow('killed');
    chain.setAccount(payer, { escrow: 0n });
    chain.setSessionKey = setSessionKey;
    expect(await setUp(OPEN)).toStrictEqual(['deposit', 'key']);
  });

  test('two tabs do not set up at once', async () => {
    const both = await Promise.allSettled([setUp(OPEN), setUp(OPEN)]);
    expect(both.map(({ status }) => status)).toStrictEqual(['fulfilled', 'rejected']);
    expect(both[1]).toMatchObject({ reason: { code: 'PAYMENT_SETUP_ELSEWHERE' } });
    expect(names()).toStrictEqual(['deposit', 'setSessionKey']);
  });

  test('a second time raises the cap of the same key; an ended key is replaced', async () => {
    await setUp(2n * OPEN);
    const [first] = payments.sessions.values();
    chain.advance(DAY);
    await setUp(3n * OPEN);
    const [second] = payments.sessions.values();
    expect(second).toMatchObject({ address: first?.address, cap: 5n * OPEN, validUntil: (await now()) + 30 * DAY });
    chain.advance(31 * DAY);
    await setUp(OPEN);
    const [third] = payments.sessions.values();
    expect(third?.address).not.toBe(first?.address);
    expect(third?.cap).toBe(OPEN);
  });

  test('asks the faucet first when gas or OPEN is missing', async () => {
    chain.setAccount(payer, { open: OPEN });
    expect(await setUp(2n * OPEN)).toStrictEqual(['faucet', 'deposit', 'key']);
    open();
    chain.setAccount(payer, { native: 0n });
    expect(await setUp(2n * OPEN)).toStrictEqual(['faucet', 'deposit', 'key']);
  });

  test('without a faucet a wallet that holds too little is told so, and nothing is sent', async () => {
    const addresses = { ...DEPLOYMENT.addresses };
    delete (addresses as { faucet?: unknown }).faucet;
    chain = createFakeChain({ models: [], sender: payer, deployment: { ...DEPLOYMENT, addresses } });
    chain.setAccount(payer, { open: OPEN, native: 0n });
    payments = memoryPayments(chain, () => clock);
    await expect(setUp(2n * OPEN)).rejects.toMatchObject({ code: 'OPEN_INSUFFICIENT_BALANCE' });
    expect(chain.writes).toStrictEqual([]);
  });
});

describe('payAnswer', () => {
  test('signs the next voucher of the channel for exactly the price, rounded up', async () => {
    const odd = { ...terms, price: 1_001n };
    await setUp(OPEN);
    const first = await payAnswer({ payer, terms: odd, tokens: 7, receiptDigest: digest(1), ports: payments.ports });
    expect(first.amount).toBe(8n);
    expect(first.amount).toBe(answerPrice({ price: odd.price, tokens: 7 }));
    const second = await payAnswer({ payer, terms: odd, tokens: 2, receiptDigest: digest(2), ports: payments.ports });
    expect(second.voucherId).toBe(first.voucherId);
    const record = payments.vouchers.get(first.voucherId);
    expect(record).toMatchObject({ payer, modelId, cumulative: 11n, announced: 'no', updatedAt: clock });
    const signed = record?.signed as SignedVoucher;
    expect(signed.receipts).toStrictEqual([word(1), word(2)]);
    expect(signed.voucher).toMatchObject({ cumulative: 11n, count: 2n });
    expect(signed.voucher.signer).toBe([...payments.sessions.values()][0]?.address);
    expect(await verifySignedVoucher({ deployment: DEPLOYMENT, signed })).toBe(true);
  });

  test('two answers at once are both in the channel', async () => {
    await setUp(10n * OPEN);
    const [{ voucherId }] = await Promise.all([pay(1, 100), pay(2, 100), pay(3, 100)]);
    const channel = payments.vouchers.get(voucherId)?.channel as Channel;
    expect(channel.cumulative).toBe((3n * OPEN) / 10n);
    expect(channel.receipts).toHaveLength(3);
  });

  test('the next epoch begins another channel', async () => {
    await setUp(10n * OPEN);
    const { voucherId } = await pay(1, 100);
    chain.advance(PROFILE.epochSeconds);
    expect((await pay(2, 100)).voucherId).not.toBe(voucherId);
    expect(payments.vouchers.size).toBe(2);
  });

  test('a receipt is never paid twice, and nothing is paid without a key', async () => {
    await expect(pay(1, 100)).rejects.toMatchObject({ code: 'PAYMENT_NOT_SET_UP' });
    await setUp(10n * OPEN);
    const { voucherId } = await pay(1, 100);
    await expect(pay(1, 100)).rejects.toMatchObject({ code: 'VOUCHER_RECEIPT_PAID' });
    expect(payments.vouchers.get(voucherId)?.cumulative).toBe(OPEN / 10n);
    // The lock is free again after a failure.
    await pay(2, 100);
  });
});

test('what was paid for a receipt is found again', async () => {
  await setUp(OPEN * 5n);
  const paid = await pay(1, 1_000);
  await pay(2, 2_000);
  const find = (receipt: number) => findPayment({ receiptDigest: digest(receipt), ports: payments.ports });
  expect([await find(1), await find(2), await find(3)]).toStrictEqual([
    paid,
    { voucherId: paid.voucherId, amount: 2n * OPEN },
    undefined,
  ]);
});

describe('revokeSession', () => {
  test('ends the key on chain before it is forgotten; without one nothing is sent', async () => {
    await revokeSession({ payer, ports: payments.ports });
    expect(chain.writes).toStrictEqual([]);
    await setUp(OPEN);
    const { revokeSessionKey } = chain;
    chain.revokeSessionKey = () => Promise.reject(new Error('not signed'));
    await expect(revokeSession({ payer, ports: payments.ports })).rejects.toThrow('not signed');
    expect((await readiness()).status).toBe('ready');
    chain.revokeSessionKey = revokeSessionKey;
    await revokeSession({ payer, ports: payments.ports });
    expect(payments.sessions.size).toBe(0);
    expect(await readiness()).toStrictEqual({ status: 'notSetUp', terms });
    expect(chain.writes.at(-1)?.name).toBe('revokeSessionKey');
  });

  test('a key that the chain never heard of is only forgotten', async () => {
    chain.setSessionKey = () => Promise.reject(new Error('not signed'));
    await expect(setUp(OPEN)).rejects.toThrow('not signed');
    await revokeSession({ payer, ports: payments.ports });
    expect(payments.sessions.size).toBe(0);
    expect(chain.writes.map(({ name }) => name)).toStrictEqual(['deposit']);
  });
});

describe('two browsers of one wallet', () => {
  test('each pays by its own key into a channel of its own: all answers are paid, each once', async () => {
    const other = memoryPayments(chain, () => clock);
    await setUp(20n * OPEN);
    await setUpPayment({ payer, amount: 20n * OPEN, ports: other.ports, onStep: () => undefined });
    const payIn = ({ ports }: typeof other, receipt: number) =>
      payAnswer({ payer, terms, tokens: 1_000, receiptDigest: digest(receipt), ports });
    for (let turn = 0; turn < 10; turn += 1) {
      await payIn(payments, 2 * turn);
      await payIn(other, 2 * turn + 1);
    }
    const newest = [payments, other].map(({ vouchers }) => [...vouchers.values()][0]?.signed as SignedVoucher);
    expect(newest.map(({ voucher }) => [voucher.cumulative, voucher.count])).toStrictEqual([
      [10n * OPEN, 10n],
      [10n * OPEN, 10n],
    ]);
    expect((await chain.collect({ vouchers: newest })).total).toBe(20n * OPEN);
    expect(await readiness()).toMatchObject({ status: 'ready', left: 10n * OPEN });
  });
});

test('what a key of before promised is not left to its successor, whose cap is its own', async () => {
  await setUp(5n * OPEN);
  await pay(1, 2_000);
  await revokeSession({ payer, ports: payments.ports });
  // The deposit of before pays for both.
  chain.setAccount(payer, { escrow: 5n * OPEN });
  await setUp(4n * OPEN);
  chain.setAccount(payer, { escrow: 5n * OPEN });
  expect(await readiness()).toMatchObject({ status: 'ready', left: 3n * OPEN });
  const { voucherId } = await pay(2, 1_000);
  expect(payments.vouchers.get(voucherId)).toMatchObject({ cumulative: OPEN });
  expect(payments.vouchers.size).toBe(2);
  chain.setAccount(payer, { escrow: 50n * OPEN });
  expect(await readiness()).toMatchObject({ left: 3n * OPEN });
});
