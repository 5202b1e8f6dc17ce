// All contributions to one Datanet.
import { readContract } from 'viem/actions';
import { type Wei, wei } from '../../lib/units.ts';
import { ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { EventReaderErrorType } from '../events/eventReader.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export type ContributionStatus = 'submitted' | 'accepted' | 'rejected';

export interface ContributionRecord {
  readonly datanetId: Hex;
  readonly index: number;
  readonly contributor: Address;
  readonly rowsRoot: Hex;
  /** SHA-256 of the signed contribution header: the digest inside its CID. */
  readonly headerDigest: Hex;
  readonly rowCount: number;
  readonly stake: Wei;
  /** Seconds since 1970. */
  readonly at: number;
  readonly status: ContributionStatus;
}

export interface GetContributionsParameters extends ReadOptions {
  readonly datanetId: Hex;
}

export type GetContributionsReturnType = readonly ContributionRecord[];

export type GetContributionsErrorType = EventReaderErrorType;

/** By the contract's `Status`, whose first value, `None`, belongs to no listed contribution. */
const STATUSES: readonly ContributionStatus[] = ['submitted', 'submitted', 'accepted', 'rejected'];

/** In the order of their index. */
export async function getContributions(
  { rpc, events, contracts: { datanetRegistry } }: SettlementClient,
  { datanetId, ...options }: GetContributionsParameters,
): Promise<GetContributionsReturnType> {
  const contributed = await events.list({ name: 'Contributed', args: { datanetId }, ...options });
  const read = async ({ args: { index } }: (typeof contributed)[number]): Promise<ContributionRecord> => {
    const call = { ...datanetRegistry, functionName: 'contribution', args: [datanetId, index] } as const;
    const record = await readContract(rpc, call);
    return {
      datanetId,
      index: Number(index),
      contributor: record.contributor,
      rowsRoot: record.rowsRoot,
      headerDigest: record.headerDigest,
      rowCount: record.rowCount,
      stake: wei(record.stake),
      at: Number(record.submittedAt),
      status: STATUSES[record.status] ?? 'submitted',
    };
  };
  return ask(() => Promise.all(contributed.map(read)), options);
}
