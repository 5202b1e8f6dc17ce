// Puts a thawing amount back into use.

import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { WriteOptions } from '../types/options.ts';

export type CancelThawParameters = WriteOptions;

export type CancelThawReturnType = Confirmation;

export type CancelThawErrorType = WriteErrorType;

/** Ends a running thaw; the amount pays for vouchers again. */
export async function cancelThaw(
  client: SettlementClient,
  options?: CancelThawParameters,
): Promise<CancelThawReturnType> {
  const call = { ...client.contracts.inferenceEscrow, functionName: 'cancelThaw', args: [] } as const;
  return (await write(client, call, options)).confirmation;
}
