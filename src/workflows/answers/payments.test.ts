// From set-up to paid answers: readiness before and after each step, over the contracts' rules in memory.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Channel, type SignedVoucher, verifySignedVoucher } from '../../settlement/index.ts';
import { address, createFakeChain, DEPLOYMENT, type FakeChain, PROFILE, word } from '../testing/fakeChain.ts';
import { memoryPayments } from '../testing/memory.ts';
import { answerPrice } from './answerPrice.ts';
import { outstandingVouchers } from './outstandingVouchers.ts';
import { payAnswer } from './payAnswer.ts';
import { paymentReadiness } from './paymentReadiness.ts';
import { revokeSession } from './revokeSession.ts';
import { type SetUpStep, setUpPayment } from './setUpPayment.ts';

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
  await setUpPayment({ payer, amount, ports: payments.ports, onStep: (step) => steps.push(step) });
  return steps;
}

const pay = (receipt: number, tokens: number) =>
  payAnswer({ payer, terms, tokens, receiptDigest: digest(receipt), ports: payments.ports });

describe('paymentReadiness', () => {
  test('names what is in the way', async () => {
    expect(await paymentReadiness({ adapter, payer, ports: undefined })).toEqual({ status: 'noChain' });
    expect(await paymentReadiness({ adapter: undefined, payer, ports: payments.ports })).toEqual({ status: 'noModel' });
    const elsewhere = { ...adapter, data: { modelId: word(0xdef) } };
    expect(await paymentReadiness({ adapter: elsewhere, payer, ports: payments.ports })).toEqual({ status: 'noModel' });
    expect(await paymentReadiness({ adapter, payer: undefined, ports: payments.ports })).toEqual({
      status: 'noWallet',
      terms,
    });
    expect(await readiness()).toEqual({ status: 'notSetUp', terms });
    open(0n);
    expect(await readiness()).toEqual({ status: 'free' });
  });

  test('trouble with the chain is a state', async () => {
    const error = new Error('unreachable');
    chain.models = () => Promise.reject(error);
    expect(await readiness()).toEqual({ status: 'trouble', error });
  });

  test('is ready with what was prepaid, and not when this browser’s or the chain’s key has ended', async () => {
    await setUp(5n * OPEN);
    expect(await readiness()).toEqual({ status: 'ready', terms, left: 5n * OPEN });
    clock += 30 * DAY * 1_000;
    expect(await readiness()).toEqual({ status: 'notSetUp', terms });
    clock -= 1_000;
    expect((await readiness()).status).toBe('ready');
    chain.sessionKey = async () => ({ validUntil: 0, cap: terms.price, spent: terms.price }) as never;
    expect(await readiness()).toEqual({ status: 'notSetUp', terms });
  });

  test('what is left is the smaller of cap and escrow, without what thaws', async () => {
    await setUp(5n * OPEN);
    chain.setAccount(payer, { escrow: 50n * OPEN });
    expect(await readiness()).toMatchObject({ left: 5n * OPEN });
    chain.setAccount(payer, { escrow: 4n * OPEN });
    expect(await readiness()).toMatchObject({ left: 4n * OPEN });
    chain.setAccount(payer, { escrow: 4n * OPEN, thawing: 3n * OPEN });
    expect(await readiness()).toMatchObject({ left: OPEN });
    chain.setAccount(payer, { escrow: 4n * OPEN, thawing: 4n * OPEN });
    expect(await readiness()).toEqual({ status: 'exhausted', terms });
  });

  test('vouchers that nobody collected yet are not left to spend again', async () => {
    await setUp(2n * OPEN);
    await pay(1, 1_500);
    expect(await readiness()).toEqual({ status: 'ready', terms, left: OPEN / 2n });
    await pay(2, 500);
    expect(await readiness()).toEqual({ status: 'exhausted', terms });
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
  const outstanding = () => outstandingVouchers({ payer, ports: payments.ports });

  test('counts every channel of this payer by what the chain has not collected', async () => {
    await setUp(10n * OPEN);
    const { voucherId } = await pay(1, 1_000);
    const other = { ...terms, modelId: word(0xbbb) };
    await payAnswer({ payer, terms: other, tokens: 500, receiptDigest: digest(2), ports: payments.ports });
    expect(await outstanding()).toBe((3n * OPEN) / 2n);
    await chain.collect({ vouchers: [payments.vouchers.get(voucherId)?.signed as SignedVoucher] });
    expect(await outstanding()).toBe(OPEN / 2n);
    expect(await outstandingVouchers({ payer: address(0x5f), ports: payments.ports })).toBe(0n);
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
    expect(await outstandingVouchers({ payer, ports: elsewhere })).toBe(0n);
  });
});

describe('setUpPayment', () => {
  test('deposits and allows a new key for thirty days, and stores it once the chain allows it', async () => {
    expect(await setUp(7n * OPEN)).toEqual(['deposit', 'key']);
    const [record] = payments.sessions.values();
    expect(record).toMatchObject({ payer, cap: 7n * OPEN, validUntil: clock / 1_000 + 30 * DAY });
    expect(chain.writes).toEqual([
      { name: 'deposit', value: 7n * OPEN },
      {
        name: 'setSessionKey',
        value: { signer: record?.address, validUntil: record?.validUntil, cap: 7n * OPEN },
      },
    ]);
    open();
    chain.setSessionKey = () => Promise.reject(new Error('not signed'));
    await expect(setUp(OPEN)).rejects.toThrow('not signed');
    expect(payments.sessions.size).toBe(0);
  });

  test('a second time raises the cap of the same key; an ended key is replaced', async () => {
    await setUp(2n * OPEN);
    const [first] = payments.sessions.values();
    clock += DAY * 1_000;
    await setUp(3n * OPEN);
    const [second] = payments.sessions.values();
    expect(second).toMatchObject({ address: first?.address, cap: 5n * OPEN, validUntil: clock / 1_000 + 30 * DAY });
    clock += 31 * DAY * 1_000;
    await setUp(OPEN);
    const [third] = payments.sessions.values();
    expect(third?.address).not.toBe(first?.address);
    expect(third?.cap).toBe(OPEN);
  });

  test('asks the faucet first when gas or OPEN is missing', async () => {
    chain.setAccount(payer, { open: OPEN });
    expect(await setUp(2n * OPEN)).toEqual(['faucet', 'deposit', 'key']);
    open();
    chain.setAccount(payer, { native: 0n });
    expect(await setUp(2n * OPEN)).toEqual(['faucet', 'deposit', 'key']);
  });

  test('without a faucet a wallet that holds too little is told so, and nothing is sent', async () => {
    const addresses = { ...DEPLOYMENT.addresses };
    delete (addresses as { faucet?: unknown }).faucet;
    chain = createFakeChain({ models: [], sender: payer, deployment: { ...DEPLOYMENT, addresses } });
    chain.setAccount(payer, { open: OPEN, native: 0n });
    payments = memoryPayments(chain, () => clock);
    await expect(setUp(2n * OPEN)).rejects.toMatchObject({ code: 'OPEN_INSUFFICIENT_BALANCE' });
    expect(chain.writes).toEqual([]);
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
    expect(signed.receipts).toEqual([word(1), word(2)]);
    expect(signed.voucher).toMatchObject({ cumulative: 11n, count: 2n });
    expect(signed.signer).toBe([...payments.sessions.values()][0]?.address);
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

describe('revokeSession', () => {
  test('ends the key on chain before it is forgotten; without one nothing is sent', async () => {
    await revokeSession({ payer, ports: payments.ports });
    expect(chain.writes).toEqual([]);
    await setUp(OPEN);
    const { revokeSessionKey } = chain;
    chain.revokeSessionKey = () => Promise.reject(new Error('not signed'));
    await expect(revokeSession({ payer, ports: payments.ports })).rejects.toThrow('not signed');
    expect((await readiness()).status).toBe('ready');
    chain.revokeSessionKey = revokeSessionKey;
    await revokeSession({ payer, ports: payments.ports });
    expect(payments.sessions.size).toBe(0);
    expect(await readiness()).toEqual({ status: 'notSetUp', terms });
  });
});
