// Registers a contribution to a Datanet.
import { parseEventLogs } from 'viem';
import { datanetRegistryAbi } from '../abi/datanetRegistry.ts';
import { approve } from '../client/approve.ts';
import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { Hex } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface ContributeParameters extends WriteOptions {
  readonly datanetId: Hex;
  readonly rowsRoot: Hex;
  /** SHA-256 of the signed contribution header. */
  readonly headerDigest: Hex;
  readonly rowCount: number;
  /** Wei of OPEN; at least the Datanet's minimum. */
  readonly stake?: bigint;
}

export interface ContributeReturnType extends Confirmation {
  readonly index: number;
}

export type ContributeErrorType =
  | WriteErrorType
  | ContractErrorCode<'UnknownDatanet' | 'NoRows' | 'StakeTooLow' | 'ERC20InsufficientBalance'>;

/** One transaction; with a stake two, `approve` first, unless an earlier try did it. */
export async function contribute(
  client: SettlementClient,
  { datanetId, rowsRoot, headerDigest, rowCount, stake = 0n, ...options }: ContributeParameters,
): Promise<ContributeReturnType> {
  const { datanetRegistry } = client.contracts;
  if (stake > 0n) await approve(client, { spender: datanetRegistry.address, amount: stake }, options);
  const args = [datanetId, rowsRoot, headerDigest, rowCount, stake] as const;
  const { confirmation, logs } = await write(client, { ...datanetRegistry, functionName: 'contribute', args }, options);
  const [contributed] = parseEventLogs({ abi: datanetRegistryAbi, eventName: 'Contributed', logs });
  return { ...confirmation, index: Number(contributed?.args.index) };
}
