// Makes the pending root final.

import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { WriteOptions } from '../types/options.ts';

export type FinalizeParameters = WriteOptions;

export type FinalizeReturnType = Confirmation;

export type FinalizeErrorType = WriteErrorType | ContractErrorCode<'WindowOpen' | 'WrongStatus'>;

/** Finalises the pending root after its window; anyone may send it. */
export async function finalize(client: SettlementClient, options?: FinalizeParameters): Promise<FinalizeReturnType> {
  const call = { ...client.contracts.rewardsDistributor, functionName: 'finalize', args: [] } as const;
  return (await write(client, call, options)).confirmation;
}
