// Registers a model on Datanets.

import type { Confirmation } from '../client/awaitTransaction.ts';
import { requireWallet } from '../client/requireWallet.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import { modelIdOf, saltOf } from '../identifiers.ts';
import type { Hex } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface ProposeModelParameters extends WriteOptions {
  /** With the connected account it makes the identifier: see `modelIdOf`. */
  readonly slug: string;
  readonly datanets: readonly Hex[];
  readonly baseModelDigest: Hex;
  readonly specificationDigest: Hex;
  /** The owner's share of each payment, in basis points (1/10,000); at most `FEE_BPS.maxOwner`. */
  readonly ownerBps: number;
  /** Wei of OPEN per 1,000 generated tokens. */
  readonly price: bigint;
}

export interface ProposeModelReturnType extends Confirmation {
  readonly modelId: Hex;
}

export type ProposeModelErrorType =
  | WriteErrorType
  | ContractErrorCode<'ModelExists' | 'NoDatanets' | 'OwnerShareTooHigh' | 'UnknownDatanet'>;

/** The model is active at once on a local chain, elsewhere after the window for objections. */
export async function proposeModel(
  client: SettlementClient,
  { slug, datanets, baseModelDigest, specificationDigest, ownerBps, price, ...options }: ProposeModelParameters,
): Promise<ProposeModelReturnType> {
  const proposer = requireWallet(client).address;
  const args = [saltOf(slug), datanets, baseModelDigest, specificationDigest, ownerBps, price] as const;
  const call = { ...client.contracts.modelRegistry, functionName: 'proposeModel', args } as const;
  const { confirmation } = await write(client, call, options);
  return { ...confirmation, modelId: modelIdOf({ proposer, slug }) };
}
