// What a receipt states is what its payer wrote; what was paid is what the chain collected.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wei } from '../lib/units.ts';
import type { Collection } from './actions/getCollections.ts';
import { countedReceipts } from './countedReceipts.ts';
import type { Address, Hex } from './types/hex.ts';
import type { LedgerReceipt } from './types/ledger.ts';
import type { SignedVoucher } from './types/voucher.ts';

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const address = (value: number): Address => `0x${value.toString(16).padStart(40, '0')}`;
const modelId = word(0xa);
const epoch = 4n;

interface Paid {
  readonly payer?: number;
  readonly signer?: number;
  readonly model?: Hex;
  /** What the chain collected. */
  readonly amount: bigint;
  /** Numbers of the receipts under the voucher. */
  readonly receipts: readonly number[];
}

/** The root stands for the list, as the real one does. */
const rootOf = (receipts: readonly number[]): Hex => word(receipts.reduce((root, number) => root * 97 + number, 5));

const collectionOf = ({ payer = 1, signer = 1, model = modelId, amount, receipts }: Paid): Collection => ({
  payer: address(payer),
  signer: address(signer),
  modelId: model,
  epoch,
  amount: wei(amount),
  receiptsRoot: rootOf(receipts),
});

const voucherOf = (paid: Paid): SignedVoucher => {
  const { payer, signer, modelId: of, receiptsRoot } = collectionOf(paid);
  const count = BigInt(paid.receipts.length);
  return {
    voucher: { payer, signer, modelId: of, epoch, cumulative: 10n ** 30n, count, receiptsRoot },
    signature: '0x',
    receipts: paid.receipts.map(word),
  };
};

const receiptOf = (number: number, amount: bigint, model = modelId, ppm = 1_000_000): LedgerReceipt => ({
  digest: word(number),
  modelId: model,
  amount,
  shares: [{ account: address(number), ppm }],
});

/** The counted amounts by number of the receipt, and how many are missing. */
function counted(paid: readonly Paid[], known: readonly LedgerReceipt[]) {
  const { receipts, missing } = countedReceipts({
    collections: paid.map(collectionOf),
    vouchers: paid.map(voucherOf),
    receipt: (digest) => known.find((receipt) => receipt.digest === digest),
  });
  return { amounts: Object.fromEntries(receipts.map(({ digest, amount }) => [Number(digest), amount])), missing };
}

test('receipts count for what they state when their vouchers paid it', () => {
  const known = [receiptOf(1, 3n), receiptOf(2, 4n), receiptOf(3, 9n)];
  const paid = [
    { amount: 7n, receipts: [1, 2] },
    { payer: 2, amount: 9n, receipts: [3] },
  ];
  expect(counted(paid, known)).toEqual({ amounts: { 1: 3n, 2: 4n, 3: 9n }, missing: 0 });
});

test('a receipt of any amount counts for what was paid and takes nothing of what others paid', () => {
  const known = [receiptOf(1, 1_000n), receiptOf(2, 10n ** 77n)];
  const paid = [
    { amount: 1_000n, receipts: [1] },
    { payer: 2, amount: 1n, receipts: [2] },
  ];
  expect(counted(paid, known).amounts).toEqual({ 1: 1_000n, 2: 1n });
});

test('what is collected of less than was promised is divided by the amounts', () => {
  expect(counted([{ amount: 10n, receipts: [1, 2] }], [receiptOf(1, 30n), receiptOf(2, 10n)]).amounts).toEqual({
    1: 7n,
    2: 2n,
  });
});

test('a channel that was collected several times paid the sum, over the receipts of all its vouchers', () => {
  const paid = [
    { amount: 5n, receipts: [1] },
    { amount: 6n, receipts: [1, 2] },
  ];
  expect(counted(paid, [receiptOf(1, 5n), receiptOf(2, 6n)]).amounts).toEqual({ 1: 5n, 2: 6n });
});

test.each([
  ['payer', { payer: 2 }],
  ['signer', { signer: 2 }],
  ['model', { model: word(0xb) }],
])('money of another %s covers no receipt of this channel', (_, other) => {
  const paid = [
    { amount: 2n, receipts: [1] },
    { ...other, amount: 100n, receipts: [2] },
  ];
  const known = [receiptOf(1, 50n), receiptOf(2, 100n, 'model' in other ? other.model : modelId)];
  expect(counted(paid, known).amounts).toEqual({ 1: 2n, 2: 100n });
});

test('a receipt that several channels list counts once, and no other channel can make it count less', () => {
  const known = [receiptOf(1, 100n), receiptOf(2, 100n)];
  const first = { amount: 100n, receipts: [1] };
  const second = { payer: 2, amount: 200n, receipts: [1, 2] };
  const poor = { payer: 3, amount: 1n, receipts: [1, 2] };
  expect(counted([first, second], known).amounts).toEqual({ 1: 100n, 2: 100n });
  for (const paid of [
    [first, poor],
    [poor, first],
  ])
    expect(counted(paid, known).amounts).toEqual({ 1: 100n, 2: 0n });
  // Two that paid a part each.
  const parts = [
    { payer: 4, amount: 30n, receipts: [1] },
    { payer: 5, amount: 40n, receipts: [1] },
  ];
  expect(counted(parts, known).amounts).toEqual({ 1: 70n });
});

test('unknown vouchers and unknown receipts are missing; receipts of another model or with wrong shares are left out', () => {
  const paid = [{ amount: 9n, receipts: [1, 2, 3, 4] }];
  const known = [receiptOf(1, 9n), receiptOf(2, 9n, word(0xb)), receiptOf(3, 9n, modelId, 1_000_001)];
  expect(counted(paid, known)).toEqual({ amounts: { 1: 9n }, missing: 1 });
  const collections = [collectionOf({ amount: 9n, receipts: [1] })];
  expect(countedReceipts({ collections, vouchers: [], receipt: () => undefined })).toEqual({
    receipts: [],
    missing: 1,
  });
});

test('the letter case of roots and models does not matter', () => {
  const upper = (hex: Hex): Hex => `0x${hex.slice(2).toUpperCase()}`;
  const paid = { amount: 9n, receipts: [0xab] };
  const collection = collectionOf(paid);
  const { receipts, missing } = countedReceipts({
    collections: [{ ...collection, receiptsRoot: upper(collection.receiptsRoot) }],
    vouchers: [voucherOf(paid)],
    receipt: () => receiptOf(0xab, 9n, upper(modelId)),
  });
  expect({ receipts: receipts.length, missing }).toEqual({ receipts: 1, missing: 0 });
});

test('whatever receipts state and whoever lists them, all together count for no more than was collected', () => {
  const some = fc.record({
    payer: fc.integer({ min: 1, max: 3 }),
    amount: fc.bigInt({ min: 1n, max: 1_000n }),
    receipts: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
  });
  fc.assert(
    fc.property(
      fc.array(some, { minLength: 1, maxLength: 5 }),
      fc.array(fc.bigInt({ min: 0n, max: 10n ** 6n }), { minLength: 5, maxLength: 5 }),
      (paid, stated) => {
        const known = stated.map((amount, index) => receiptOf(index + 1, amount));
        const { amounts } = counted(paid, known);
        for (const [number, amount] of Object.entries(amounts))
          expect(amount <= (stated[Number(number) - 1] ?? -1n)).toBe(true);
        const total = Object.values(amounts).reduce((sum, amount) => sum + amount, 0n);
        expect(total <= paid.reduce((sum, { amount }) => sum + amount, 0n)).toBe(true);
        // The order in which the chain collected changes nothing.
        expect(counted(paid.toReversed(), known).amounts).toEqual(amounts);
      },
    ),
  );
});
