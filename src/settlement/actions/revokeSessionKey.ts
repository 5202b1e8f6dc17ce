// Ends a session key.

import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { Address } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface RevokeSessionKeyParameters extends WriteOptions {
  readonly signer: Address;
}

export type RevokeSessionKeyReturnType = Confirmation;

export type RevokeSessionKeyErrorType = WriteErrorType;

/** The key signs for no further epoch; vouchers of the running epoch stay collectable. */
export async function revokeSessionKey(
  client: SettlementClient,
  { signer, ...options }: RevokeSessionKeyParameters,
): Promise<RevokeSessionKeyReturnType> {
  const call = { ...client.contracts.inferenceEscrow, functionName: 'revokeSessionKey', args: [signer] } as const;
  return (await write(client, call, options)).confirmation;
}
