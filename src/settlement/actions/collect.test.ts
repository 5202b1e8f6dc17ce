import {
  type Abi,
  type AbiEvent,
  encodeAbiParameters,
  encodeErrorResult,
  encodeEventTopics,
  getAbiItem,
  type Log,
} from 'viem';
import { expect, test } from 'vitest';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import type { Hex } from '../types/hex.ts';
import type { SignedVoucher } from '../types/voucher.ts';
import { collectOutcome } from './collect.ts';

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const payerOf = (digit: number): Hex => `0x${String(digit).repeat(40)}`;
const voucherOf = (digit: number): SignedVoucher => ({
  voucher: {
    payer: payerOf(digit),
    signer: payerOf(digit),
    modelId: word(1),
    epoch: 4n,
    cumulative: BigInt(digit),
    count: 1n,
    receiptsRoot: word(digit),
  },
  signature: '0x',
  receipts: [word(digit)],
});
const vouchers = [1, 2, 3].map(voucherOf);

function log(eventName: 'VoucherCollected' | 'VoucherRefused', args: Record<string, unknown>): Log {
  const item = getAbiItem({ abi: inferenceEscrowAbi as Abi, name: eventName }) as AbiEvent;
  const data = item.inputs.filter((input) => !input.indexed);
  return {
    topics: encodeEventTopics({ abi: inferenceEscrowAbi, eventName, args } as never),
    data: encodeAbiParameters(data, data.map(({ name }) => args[name ?? '']) as never),
  } as unknown as Log;
}
const collectedLog = (digit: number, amount: bigint) =>
  log('VoucherCollected', { ...voucherOf(digit).voucher, amount, toContributors: amount });
const refusedLog = (index: number) => {
  const reason = encodeErrorResult({
    abi: inferenceEscrowAbi,
    errorName: 'KeyCapExceeded',
    args: [payerOf(1), 5n],
  });
  return log('VoucherRefused', { ...vouchers[index]?.voucher, index: BigInt(index), reason });
};

test('each voucher of a batch is reported once, refused ones by the code of their reason', () => {
  const outcome = collectOutcome(vouchers, [collectedLog(1, 10n), refusedLog(1), collectedLog(3, 5n)]);
  expect(outcome).toEqual({
    total: 15n,
    collected: [
      { index: 0, voucher: vouchers[0]?.voucher, amount: 10n },
      { index: 2, voucher: vouchers[2]?.voucher, amount: 5n },
    ],
    refused: [{ index: 1, voucher: vouchers[1]?.voucher, reason: 'SESSION_KEY_CAP' }],
  });
});

test.each([
  ['of a voucher that is not in the batch', [collectedLog(4, 1n)]],
  ['in another order', [collectedLog(2, 1n), collectedLog(1, 1n)]],
  ['of more vouchers than were sent', [1, 2, 3, 3].map((digit) => collectedLog(digit, 1n))],
])('an event %s is an error', (_, logs) => {
  expect(() => collectOutcome(vouchers, logs)).toThrow(expect.objectContaining({ code: 'COLLECT_EVENTS' }));
});
