// Pays out fees that the escrow credited.

import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { Address } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface WithdrawCreditsParameters extends WriteOptions {
  /** Model owner, collector or treasury. */
  readonly address: Address;
}

export type WithdrawCreditsReturnType = Confirmation;

export type WithdrawCreditsErrorType = WriteErrorType;

/** Pays the credits of `address` out to `address`; anyone may send it. */
export async function withdrawCredits(
  client: SettlementClient,
  { address, ...options }: WithdrawCreditsParameters,
): Promise<WithdrawCreditsReturnType> {
  const call = { ...client.contracts.inferenceEscrow, functionName: 'withdrawCredits', args: [address] } as const;
  return (await write(client, call, options)).confirmation;
}
