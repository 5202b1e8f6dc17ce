// Vouchers that the chain collected in an epoch.
import { type Wei, wei } from '../../lib/units.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { EventReaderErrorType } from '../events/eventReader.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

/** One voucher as the chain collected it. */
export interface Collection {
  readonly payer: Address;
  readonly signer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  /** The part collected by this transaction, in wei of OPEN. */
  readonly amount: Wei;
  readonly receiptsRoot: Hex;
}

export interface GetCollectionsParameters extends ReadOptions {
  readonly epoch: bigint;
}

export type GetCollectionsReturnType = readonly Collection[];

export type GetCollectionsErrorType = EventReaderErrorType;

/** In the order of the chain; a channel collected twice is listed twice. */
export async function getCollections(
  { events }: Pick<SettlementClient, 'events'>,
  { epoch, ...options }: GetCollectionsParameters,
): Promise<GetCollectionsReturnType> {
  const collected = await events.list({ name: 'VoucherCollected', args: { epoch }, ...options });
  return collected.map(({ args: { payer, signer, modelId, amount, receiptsRoot } }) => ({
    payer,
    signer,
    modelId,
    epoch,
    amount: wei(amount),
    receiptsRoot,
  }));
}
