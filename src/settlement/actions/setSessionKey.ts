// Allows a key of this browser to sign vouchers.

import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { Address } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface SetSessionKeyParameters extends WriteOptions {
  readonly signer: Address;
  /** Seconds since 1970. */
  readonly validUntil: number;
  /** Most that vouchers of this key can collect in total, in wei of OPEN. */
  readonly cap: bigint;
}

export type SetSessionKeyReturnType = Confirmation;

export type SetSessionKeyErrorType = WriteErrorType | ContractErrorCode<'SessionKeyCannotShrink'>;

/** `validUntil` and `cap` can only grow; `revokeSessionKey` ends a key. */
export async function setSessionKey(
  client: SettlementClient,
  { signer, validUntil, cap, ...options }: SetSessionKeyParameters,
): Promise<SetSessionKeyReturnType> {
  const call = {
    ...client.contracts.inferenceEscrow,
    functionName: 'setSessionKey',
    args: [signer, BigInt(validUntil), cap],
  } as const;
  return (await write(client, call, options)).confirmation;
}
