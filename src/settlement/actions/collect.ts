// Collects vouchers: moves what payers signed from their prepaid accounts to contributors and fees.
import { type Log, parseEventLogs } from 'viem';
import { TributaryError } from '../../lib/errors.ts';
import { type Wei, wei } from '../../lib/units.ts';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import { channelKey } from '../nextVoucher.ts';
import { revertError } from '../settlementError.ts';
import type { WriteOptions } from '../types/options.ts';
import type { SignedVoucher, Voucher } from '../types/voucher.ts';

export interface CollectResult extends Confirmation {
  readonly total: Wei;
  readonly collected: readonly { readonly index: number; readonly voucher: Voucher; readonly amount: Wei }[];
  /** `reason` is an error code, such as `SESSION_KEY_CAP`. */
  readonly refused: readonly { readonly index: number; readonly voucher: Voucher; readonly reason: string }[];
}

export interface CollectParameters extends WriteOptions {
  readonly vouchers: readonly SignedVoucher[];
}

export type CollectReturnType = CollectResult;

export type CollectErrorType = WriteErrorType | 'COLLECT_EVENTS' | ContractErrorCode<'NotEnoughGas'>;

/**
 * What became of each voucher of a batch, from the transaction's logs. Throws `COLLECT_EVENTS` when they report a voucher
 * that was not in the batch.
 */
export function collectOutcome(
  vouchers: readonly SignedVoucher[],
  logs: Log[],
): Pick<CollectResult, 'total' | 'collected' | 'refused'> {
  const refused = parseEventLogs({ abi: inferenceEscrowAbi, eventName: 'VoucherRefused', logs }).flatMap(({ args }) => {
    const index = Number(args.index);
    const given = vouchers[index];
    return given === undefined ? [] : [{ index, voucher: given.voucher, reason: revertError(args.reason).code }];
  });
  const refusedIndices = new Set(refused.map(({ index }) => index));
  // The contract goes through the batch in order, so the events of vouchers that were not refused are in order as well.
  const accepted = vouchers
    .map(({ voucher }, index) => ({ voucher, index }))
    .filter(({ index }) => !refusedIndices.has(index));
  const collected = parseEventLogs({ abi: inferenceEscrowAbi, eventName: 'VoucherCollected', logs }).map(
    ({ args }, order) => {
      const entry = accepted[order];
      if (entry === undefined || channelKey(entry.voucher) !== channelKey(args)) {
        throw new TributaryError({
          code: 'COLLECT_EVENTS' satisfies CollectErrorType,
          message: 'The chain reports the collection of a voucher that was not in the batch.',
          facts: { payer: args.payer, modelId: args.modelId, epoch: args.epoch.toString() },
          hint: 'Check that the addresses of the contracts are right.',
        });
      }
      return { ...entry, amount: wei(args.amount) };
    },
  );
  return { total: wei(collected.reduce((sum, { amount }) => sum + amount, 0n)), collected, refused };
}

/** Collects many vouchers in one transaction. A bad one is refused and reported; the others are paid. */
export async function collect(
  client: SettlementClient,
  { vouchers, ...options }: CollectParameters,
): Promise<CollectReturnType> {
  const args = [vouchers.map(({ voucher }) => voucher), vouchers.map(({ signature }) => signature)] as const;
  const call = { ...client.contracts.inferenceEscrow, functionName: 'collect', args } as const;
  const { confirmation, logs } = await write(client, call, options);
  return { ...confirmation, ...collectOutcome(vouchers, logs) };
}
