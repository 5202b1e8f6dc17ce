import { expect, test } from 'vitest';
import { cidDigest } from '../../datanet/index.ts';
import { bytesToHex } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Cid } from '../../lib/units.ts';
import { encodeSignedVoucher, ledgerCid } from '../../settlement/index.ts';
import { address, DEPLOYMENT, word } from '../testing/fakeChain.ts';
import { memoryTable } from '../testing/memory.ts';
import { payAnswers, receiptOf } from '../testing/payer.ts';
import { createVoucherInbox } from './createVoucherInbox.ts';
import { hearAnnouncement } from './hearAnnouncement.ts';

const modelId = word(1);

async function listener() {
  const inbox = await createVoucherInbox({ deployment: DEPLOYMENT, vouchers: memoryTable(), receipts: memoryTable() });
  const blocks = new Map<Cid, Uint8Array>();
  const fetched: Cid[] = [];
  const put = (bytes: Uint8Array): Cid => {
    const cid = ledgerCid(`0x${bytesToHex(sha256(bytes))}`) as Cid;
    blocks.set(cid, bytes);
    return cid;
  };
  const hear = (kind: 'voucher' | 'receipt' | 'adapter', cid: Cid) =>
    hearAnnouncement({
      announcement: { kind, cid },
      blocks: {
        async get(of) {
          fetched.push(of);
          return blocks.get(of) ?? Promise.reject(new Error('nobody has it'));
        },
      },
      inbox,
      // As a worker answers: later.
      decodeReceipt: async ([ppm = 0]) =>
        receiptOf({ digest: word(0), amount: 7n }, modelId, [{ account: address(0xada), ppm }]).decoded as never,
    });
  return { inbox, put, hear, fetched };
}

test('a voucher that is announced is fetched, decoded and added', async () => {
  const { inbox, put, hear } = await listener();
  const answers = [{ digest: word(9), amount: 10n }];
  const [signed] = await payAnswers({ payer: address(0xa1), modelId, epoch: 3n, answers });
  if (signed === undefined) throw new Error('no voucher');
  const cid = put(encodeSignedVoucher(signed));
  expect(await hear('voucher', cid)).toBe('added');
  expect(await hear('voucher', cid)).toBe('known');
  expect(inbox.vouchers().map(({ signature }) => signature)).toStrictEqual([signed.signature]);
  await expect(hear('voucher', put(Uint8Array.of(1)))).rejects.toMatchObject({ code: 'VOUCHER_MALFORMED' });
});

test('a receipt is added under the digest of its bytes, and is not fetched again', async () => {
  const { inbox, put, hear, fetched } = await listener();
  const cid = put(Uint8Array.of(200));
  expect(await hear('receipt', cid)).toBe('added');
  expect(inbox.receipt(cidDigest(cid))).toStrictEqual({
    digest: cidDigest(cid),
    modelId,
    amount: 7n,
    shares: [{ account: address(0xada), ppm: 200 }],
  });
  expect(await hear('receipt', cid)).toBe('known');
  expect(fetched).toStrictEqual([cid]);
});

test('what is announced besides is left alone', async () => {
  const { hear, fetched, put } = await listener();
  expect(await hear('adapter', put(Uint8Array.of(1)))).toBeUndefined();
  expect(fetched).toStrictEqual([]);
});
