// Creates a Datanet.
import { zeroAddress } from 'viem';
import type { Confirmation } from '../client/awaitTransaction.ts';
import { requireWallet } from '../client/requireWallet.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import { datanetIdOf, saltOf } from '../identifiers.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface CreateDatanetParameters extends WriteOptions {
  /** With the connected account it makes the identifier: see `datanetIdOf`. */
  readonly slug: string;
  /** SHA-256 of the Datanet's description. */
  readonly metadataDigest: Hex;
  /** Decides on contributions; without one every contribution is accepted at once. */
  readonly curator?: Address;
  /** Wei of OPEN per contribution. */
  readonly minimumStake?: bigint;
}

export interface CreateDatanetReturnType extends Confirmation {
  readonly datanetId: Hex;
}

export type CreateDatanetErrorType = WriteErrorType | ContractErrorCode<'DatanetExists'>;

export async function createDatanet(
  client: SettlementClient,
  { slug, metadataDigest, curator = zeroAddress, minimumStake = 0n, ...options }: CreateDatanetParameters,
): Promise<CreateDatanetReturnType> {
  const creator = requireWallet(client).address;
  const args = [saltOf(slug), metadataDigest, curator, minimumStake] as const;
  const call = { ...client.contracts.datanetRegistry, functionName: 'createDatanet', args } as const;
  const { confirmation } = await write(client, call, options);
  return { ...confirmation, datanetId: datanetIdOf({ creator, slug }) };
}
