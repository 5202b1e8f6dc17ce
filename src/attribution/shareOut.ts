import { PPM_TOTAL } from '../lib/units.ts';
import type { AttributionIndex } from './files/attributionIndex.ts';
import { capShares } from './shares/capShares.ts';
import { classWeights } from './shares/classWeights.ts';
import { combineChannels } from './shares/combineChannels.ts';
import { largestRemainder } from './shares/largestRemainder.ts';
import type { ContributorShare } from './types.ts';

export interface Evidence {
  /** Weight of each trained row by influence, f64 [N]. */
  readonly influence: Float64Array;
  /** The part of influence that chance explains. */
  readonly chancePpm: number;
  /** Bits of each trained row by verbatim spans; rows without any are left out. */
  readonly verbatim: ReadonlyMap<number, number>;
}

export interface SharedOut {
  /** Ascending by address, those with a share; they add to 1,000,000. */
  readonly contributors: readonly ContributorShare[];
  readonly unattributedPpm: number;
  /** The part of each account that evidence backs, before the cap; ascending by address, adding to 1,000,000 - unattributedPpm. */
  readonly evidence: readonly ContributorShare[];
}

/** Rows of distinct content per contributor: what pays when no evidence does. */
function acceptedRows({ trained, accounts }: AttributionIndex): bigint[] {
  const counts = accounts.map(() => 0n);
  trained.classes.forEach((first, row) => {
    const owner = trained.owners[row] as number;
    if (first === row) counts[owner] = (counts[owner] ?? 0n) + 1n;
  });
  return counts;
}

/** From evidence to whole parts per million by the policy of the index. Exact: nothing rounds before the last step. */
export function shareOut(index: AttributionIndex, { influence, chancePpm, verbatim }: Evidence): SharedOut {
  const { trained, accounts, policy } = index;
  const perContributor = (weights: ArrayLike<number>): bigint[] =>
    classWeights({ weights, classes: trained.classes, owners: trained.owners, contributorCount: accounts.length });
  const bits = new Float64Array(trained.count);
  for (const [row, value] of verbatim) bits[row] = value;
  // Answers come from the adapter alone: there is no retrieval in this version, so its channel has no evidence.
  const retrieved = accounts.map(() => 0n);
  const channels = [perContributor(influence), perContributor(bits), retrieved] as const;
  const { channelsPpm } = policy;
  const { weights, unattributedPpm } = combineChannels({
    channels,
    channelsPpm,
    fallback: acceptedRows(index),
    chancePpm,
  });
  // The same without a fallback: only evidence weighs.
  const backed = combineChannels({ channels, channelsPpm, fallback: retrieved, chancePpm }).weights;
  const ppm = largestRemainder(capShares(weights, policy.capPpm)) ?? [];
  const shares = (parts: readonly number[]): ContributorShare[] =>
    accounts.flatMap((account, owner) => (parts[owner] ? [{ account, ppm: parts[owner] }] : []));
  return {
    contributors: shares(ppm),
    unattributedPpm,
    evidence: shares(largestRemainder(backed, PPM_TOTAL - unattributedPpm) ?? []),
  };
}
