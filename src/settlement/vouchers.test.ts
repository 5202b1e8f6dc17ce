import {
  concat,
  getAddress,
  numberToHex,
  parseSignature,
  recoverTypedDataAddress,
  serializeCompactSignature,
  serializeSignature,
  signatureToCompactSignature,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, test } from 'vitest';
import { createSessionKey } from './createSessionKey.ts';
import { channelKey, nextVoucher } from './nextVoucher.ts';
import { decodeSignedVoucher, encodeSignedVoucher, verifySignedVoucher } from './signedVoucherCodec.ts';
import { signVoucher } from './signVoucher.ts';
import type { Deployment } from './types/deployment.ts';
import type { Address, Hex } from './types/hex.ts';
import { verifyMessage } from './verifyMessage.ts';
import { voucherTypedData } from './voucherTypedData.ts';

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const payer: Address = '0x00000000000000000000000000000000000000aa';
const deployment = {
  chainId: 31337,
  addresses: { inferenceEscrow: '0x00000000000000000000000000000000000000ee' },
} as unknown as Deployment;
const key = createSessionKey();
const channel = { payer, signer: key.address, modelId: word(1), epoch: 5n };

describe('nextVoucher', () => {
  test('sums a channel and covers all its receipts', () => {
    const first = nextVoucher({ ...channel, channel: undefined, amount: 10n, receiptDigest: word(100) });
    const second = nextVoucher({ ...channel, channel: first.channel, amount: 5n, receiptDigest: word(101) });
    expect(first.voucher).toMatchObject({ cumulative: 10n, count: 1n });
    expect(second.voucher).toMatchObject({ cumulative: 15n, count: 2n });
    expect(second.channel).toMatchObject({ receipts: [word(100), word(101)], amounts: [10n, 5n] });
    expect(second.voucher.receiptsRoot).not.toBe(first.voucher.receiptsRoot);
  });

  test('refuses another channel, a receipt paid twice, and nothing', () => {
    const { channel: after } = nextVoucher({ ...channel, channel: undefined, amount: 1n, receiptDigest: word(1) });
    const next = { ...channel, channel: after, amount: 1n, receiptDigest: word(2) };
    for (const other of [{ epoch: 6n }, { signer: payer }, { payer: key.address }, { modelId: word(2) }])
      expect(() => nextVoucher({ ...next, ...other })).toThrow(
        expect.objectContaining({ code: 'VOUCHER_WRONG_CHANNEL' }),
      );
    expect(() => nextVoucher({ ...next, receiptDigest: word(1) })).toThrow(
      expect.objectContaining({ code: 'VOUCHER_RECEIPT_PAID' }),
    );
    expect(() => nextVoucher({ ...next, amount: 0n })).toThrow(expect.objectContaining({ code: 'VOUCHER_AMOUNT' }));
  });

  test('names a channel the same in any letter case', () => {
    expect(channelKey(channel)).toBe(channelKey({ ...channel, signer: key.address.toLowerCase() as Address }));
    expect(channelKey(channel)).not.toBe(channelKey({ ...channel, signer: payer }));
  });
});

describe('a signed voucher', () => {
  const next = nextVoucher({ ...channel, channel: undefined, amount: 10n, receiptDigest: word(100) });

  test('is signed by the session key over the escrow’s typed data', async () => {
    const { signature, voucher } = await signVoucher({ deployment, ...next, key });
    expect(voucher.signer).toBe(key.address);
    expect(await recoverTypedDataAddress({ ...voucherTypedData({ deployment, voucher }), signature })).toBe(
      key.address,
    );
  });

  test('survives its bytes', async () => {
    const signed = await signVoucher({ deployment, ...next, key });
    const voucher = { ...signed.voucher, payer: getAddress(payer) };
    expect(decodeSignedVoucher(encodeSignedVoucher(signed))).toEqual({ ...signed, voucher });
    expect(await verifySignedVoucher({ deployment, signed })).toBe(true);
    const other = { ...deployment, chainId: 1 };
    expect(await verifySignedVoucher({ deployment: other, signed })).toBe(false);
    expect(await verifySignedVoucher({ deployment, signed: { ...signed, signature: '0x1234' } })).toBe(false);
  });

  test('counts under no other signer than the one that it names', async () => {
    const signed = await signVoucher({ deployment, ...next, key });
    const renamed = { ...signed, voucher: { ...signed.voucher, signer: payer } };
    expect(await verifySignedVoucher({ deployment, signed: renamed })).toBe(false);
    // Nor when the one that it names had signed for itself: the name is part of what is signed.
    const other = await signVoucher({ deployment, ...next, key: createSessionKey() });
    expect(await verifySignedVoucher({ deployment, signed: other })).toBe(false);
    expect(voucherTypedData({ deployment, voucher: signed.voucher }).types.Voucher).toContainEqual({
      name: 'signer',
      type: 'address',
    });
  });

  test('is not verified by its signature in a form that the escrow refuses', async () => {
    const signed = await signVoucher({ deployment, ...next, key });
    const { r, s, yParity } = parseSignature(signed.signature);
    const order = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
    const forms: Hex[] = [
      serializeSignature({ r, s: numberToHex(order - BigInt(s), { size: 32 }), yParity: 1 - yParity }),
      concat([r, s, numberToHex(yParity, { size: 1 })]),
      serializeCompactSignature(signatureToCompactSignature({ r, s, yParity })),
    ];
    for (const signature of forms) {
      expect(await verifySignedVoucher({ deployment, signed: { ...signed, signature } }), signature).toBe(false);
    }
    const signature = `0x${signed.signature.slice(2).toUpperCase()}` as Hex;
    expect(await verifySignedVoucher({ deployment, signed: { ...signed, signature } })).toBe(false);
  });

  test('has one encoding: another of the same voucher is refused, and both spellings are written as one', async () => {
    const signed = await signVoucher({ deployment, ...next, key });
    const bytes = encodeSignedVoucher(signed);
    const text = new TextDecoder().decode(bytes);
    const value = JSON.parse(text) as Record<string, string>;
    for (const other of [
      `${text} `,
      JSON.stringify(value, null, 1),
      JSON.stringify({ ...value, payer: value['payer']?.toLowerCase() }),
      JSON.stringify({ ...value, more: 1 }),
      text.replace('"v":2', '"v":2.0'),
      text.replace(String(value['modelId']), String(value['modelId']).toUpperCase().replace('X', 'x')),
      text.replace(String(value['signature']), String(value['signature']).toUpperCase().replace('X', 'x')),
    ].filter((candidate) => candidate !== text)) {
      expect(() => decodeSignedVoucher(new TextEncoder().encode(other)), other).toThrow(
        expect.objectContaining({ code: 'VOUCHER_MALFORMED' }),
      );
    }
    const { r, s, yParity } = parseSignature(signed.signature);
    const signature = concat([r, s, numberToHex(yParity, { size: 1 })]);
    const lower = { ...signed.voucher, payer: payer.toLowerCase() as Hex };
    expect(encodeSignedVoucher({ ...signed, voucher: lower, signature })).toEqual(bytes);
  });

  test('is refused with the field’s name when anything in it is wrong', async () => {
    const signed = await signVoucher({ deployment, ...next, key });
    const value = JSON.parse(new TextDecoder().decode(encodeSignedVoucher(signed))) as Record<string, unknown>;
    const damages: Record<string, unknown> = {
      type: 'tributary-receipt',
      payer: '0x12',
      modelId: '0x12',
      epoch: '-1',
      cumulative: (2n ** 128n).toString(),
      receipts: [],
      receiptsRoot: word(7),
      signer: 5,
      signature: '0xzz',
    };
    for (const [field, damage] of Object.entries(damages)) {
      const bytes = new TextEncoder().encode(JSON.stringify({ ...value, [field]: damage }));
      expect(() => decodeSignedVoucher(bytes), field).toThrow(
        expect.objectContaining({ code: 'VOUCHER_MALFORMED', facts: { field } }),
      );
    }
    const more: readonly [string, unknown][] = [
      ['v', 1],
      ['payer', 7],
      ['modelId', 7],
      ['modelId', `${value['modelId']}00`],
      ['epoch', 5],
      ['epoch', '05'],
      ['epoch', ''],
      ['epoch', (2n ** 64n).toString()],
      ['cumulative', '9'.repeat(40)],
      ['receipts', 'none'],
      ['receipts', [7]],
      ['receipts', [word(100), word(101)]],
      ['receiptsRoot', null],
      ['signer', '0x12'],
      ['signature', 7],
    ];
    for (const [field, damage] of more) {
      const bytes = new TextEncoder().encode(JSON.stringify({ ...value, [field]: damage }));
      expect(() => decodeSignedVoucher(bytes), `${field} ${damage}`).toThrow(
        expect.objectContaining({ code: 'VOUCHER_MALFORMED' }),
      );
    }
    // The largest that there are.
    const voucher = { ...signed.voucher, epoch: 2n ** 64n - 1n, cumulative: 2n ** 128n - 1n };
    expect(decodeSignedVoucher(encodeSignedVoucher({ ...signed, voucher })).voucher).toMatchObject({
      epoch: 2n ** 64n - 1n,
      cumulative: 2n ** 128n - 1n,
    });
    for (const text of ['', 'null', '[]', '\xff']) {
      expect(() => decodeSignedVoucher(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))).toThrow(
        expect.objectContaining({ code: 'VOUCHER_MALFORMED' }),
      );
    }
  });
});

describe('verifyMessage', () => {
  test('knows the signer of bytes from everybody else', async () => {
    const account = privateKeyToAccount(createSessionKey().privateKey);
    const bytes = new Uint8Array([0, 1, 2, 255]);
    const signature = await account.signMessage({ message: { raw: bytes } });
    expect(await verifyMessage(account.address, bytes, signature)).toBe(true);
    expect(await verifyMessage(payer, bytes, signature)).toBe(false);
    expect(await verifyMessage(account.address, new Uint8Array([0, 1, 2]), signature)).toBe(false);
    expect(await verifyMessage(account.address, bytes, '0x00')).toBe(false);
  });
});
