// State of a session key on chain.
import type { Wei } from '../../lib/units.ts';
import { wei } from '../../lib/units.ts';
import { type ReadErrorType, read } from '../client/read.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Address } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface SessionKeyState {
  /** Seconds since 1970; zero when the key was never set. */
  readonly validUntil: number;
  readonly cap: Wei;
  readonly spent: Wei;
}

export interface GetSessionKeyParameters extends ReadOptions {
  readonly payer: Address;
  readonly signer: Address;
}

export type GetSessionKeyReturnType = SessionKeyState;

export type GetSessionKeyErrorType = ReadErrorType;

export async function getSessionKey(
  client: SettlementClient,
  { payer, signer, ...options }: GetSessionKeyParameters,
): Promise<GetSessionKeyReturnType> {
  const call = { ...client.contracts.inferenceEscrow, functionName: 'sessionKeys', args: [payer, signer] } as const;
  const [validUntil, cap, spent] = await read(client, call, options);
  return { validUntil: Number(validUntil), cap: wei(cap), spent: wei(spent) };
}
