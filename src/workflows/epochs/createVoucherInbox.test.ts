import { expect, test } from 'vitest';
import { createSessionKey, type Hex, nextVoucher, type SignedVoucher, signVoucher } from '../../settlement/index.ts';
import { address, DEPLOYMENT, word } from '../testing/fakeChain.ts';
import { memoryTable } from '../testing/memory.ts';
import { payAnswers, receiptOf } from '../testing/payer.ts';
import { createVoucherInbox, type KnownReceipt } from './createVoucherInbox.ts';

const modelId = word(1);
const payer = address(0xa1);
const letters = (digit: string): Hex => `0x${digit.repeat(64)}`;

async function inboxOver(vouchers = new Map<string, SignedVoucher>(), receipts = new Map<string, KnownReceipt>()) {
  return createVoucherInbox({
    deployment: DEPLOYMENT,
    vouchers: memoryTable(vouchers),
    receipts: memoryTable(receipts),
  });
}

async function channel(epoch: bigint, digests: readonly Hex[]): Promise<readonly SignedVoucher[]> {
  const answers = digests.map((digest) => ({ digest, amount: 10n }));
  return payAnswers({ payer, modelId, epoch, answers });
}

test('a voucher counts once, and an older one of its channel is taken though it comes late', async () => {
  const inbox = await inboxOver();
  const [older, newer] = await channel(3n, [word(1), word(2)]);
  if (older === undefined || newer === undefined) throw new Error('no vouchers');
  expect(await inbox.addVoucher(newer)).toBe('added');
  expect(await inbox.addVoucher(newer)).toBe('known');
  // It may be the one that was collected.
  expect(await inbox.addVoucher(older)).toBe('added');
  expect(await Promise.all([inbox.addVoucher(older), inbox.addVoucher(newer)])).toStrictEqual(['known', 'known']);
  expect(inbox.vouchers()).toStrictEqual([newer, older]);
});

test('a voucher that arrives twice at once is stored once', async () => {
  const inbox = await inboxOver();
  const [signed] = await channel(3n, [word(1)]);
  if (signed === undefined) throw new Error('no voucher');
  expect((await Promise.all([inbox.addVoucher(signed), inbox.addVoucher(signed)])).toSorted()).toStrictEqual([
    'added',
    'known',
  ]);
});

test('over the same receipts the higher sum replaces the lower one, never the other way', async () => {
  const key = createSessionKey();
  const vouchers = await Promise.all(
    [5n, 8n].map(async (amount) =>
      signVoucher({
        deployment: DEPLOYMENT,
        ...nextVoucher({
          channel: undefined,
          payer,
          signer: key.address,
          modelId,
          epoch: 3n,
          amount,
          receiptDigest: word(1),
        }),
        key,
      }),
    ),
  );
  for (const order of [vouchers, vouchers.toReversed()]) {
    const inbox = await inboxOver();
    for (const signed of order) await inbox.addVoucher(signed);
    expect(inbox.vouchers().map(({ voucher }) => voucher.cumulative)).toStrictEqual([8n]);
  }
});

test('a voucher that somebody changed is invalid', async () => {
  const inbox = await inboxOver();
  const [signed] = await channel(3n, [word(1)]);
  if (signed === undefined) throw new Error('no voucher');
  const { voucher } = signed;
  expect(await inbox.addVoucher({ ...signed, voucher: { ...voucher, cumulative: 11n } })).toBe('invalid');
  expect(await inbox.addVoucher({ ...signed, voucher: { ...voucher, payer: address(2) } })).toBe('invalid');
  expect(await inbox.addVoucher({ ...signed, voucher: { ...voucher, signer: payer } })).toBe('invalid');
  expect(inbox.vouchers()).toStrictEqual([]);
});

test('the first receipt of a digest stays, and letter case does not make two of one', async () => {
  const inbox = await inboxOver();
  const ada = [{ account: address(0xada), ppm: 1_000_000 }];
  const eve = [{ account: address(0xe5e), ppm: 1_000_000 }];
  const digest = letters('a');
  const upper = `0x${'A'.repeat(64)}` as Hex;
  expect(await inbox.addReceipt(receiptOf({ digest, amount: 4n }, modelId, ada))).toBe('added');
  expect(await inbox.addReceipt(receiptOf({ digest, amount: 9n }, modelId, eve))).toBe('known');
  expect(await inbox.addReceipt(receiptOf({ digest: upper, amount: 9n }, modelId, eve))).toBe('known');
  for (const asked of [digest, upper]) {
    expect(inbox.receipt(asked)).toStrictEqual({ digest, modelId, amount: 4n, shares: ada });
  }
  const [signed] = await channel(3n, [upper]);
  if (signed === undefined) throw new Error('no voucher');
  await inbox.addVoucher(signed);
  expect(inbox.vouchers()[0]?.receipts).toStrictEqual([digest]);
});

test('pruning forgets settled epochs, in the tables too, but no receipt that a later voucher lists', async () => {
  const vouchers = new Map<string, SignedVoucher>();
  const receipts = new Map<string, KnownReceipt>();
  const inbox = await inboxOver(vouchers, receipts);
  const both = letters('b');
  const [[settled], [open]] = await Promise.all([channel(3n, [both]), channel(4n, [both])]);
  if (settled === undefined || open === undefined) throw new Error('no vouchers');
  const [, later] = await channel(3n, [word(1), word(2)]);
  if (later === undefined) throw new Error('no voucher');
  for (const signed of [settled, open, later]) await inbox.addVoucher(signed);
  for (const digest of [both, word(1), word(2)]) await inbox.addReceipt(receiptOf({ digest, amount: 1n }, modelId, []));
  await inbox.prune(3n);
  expect(inbox.vouchers()).toStrictEqual([open]);
  expect([both, word(1), word(2)].map((digest) => inbox.receipt(digest) !== undefined)).toStrictEqual([
    true,
    false,
    false,
  ]);
  expect([vouchers.size, receipts.size]).toStrictEqual([1, 1]);
  const again = await inboxOver(vouchers, receipts);
  expect(again.vouchers()).toStrictEqual([open]);
  expect(again.receipt(both)).toStrictEqual(inbox.receipt(both));
});
