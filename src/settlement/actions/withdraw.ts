// Pays out what has thawed.

import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { WriteOptions } from '../types/options.ts';

export type WithdrawParameters = WriteOptions;

export type WithdrawReturnType = Confirmation;

export type WithdrawErrorType = WriteErrorType | ContractErrorCode<'NotThawed'>;

/** Withdraws the thawed amount to the connected account. */
export async function withdraw(client: SettlementClient, options?: WithdrawParameters): Promise<WithdrawReturnType> {
  const call = { ...client.contracts.inferenceEscrow, functionName: 'withdraw', args: [] } as const;
  return (await write(client, call, options)).confirmation;
}
