import { PPM_TOTAL } from '../../lib/units.ts';
import { sum } from './rational.ts';

export interface CombineChannelsParameters {
  /** Exact weights per contributor for influence, verbatim, retrieval. */
  readonly channels: readonly [readonly bigint[], readonly bigint[], readonly bigint[]];
  /** Weight of each channel; they add to 1,000,000. */
  readonly channelsPpm: readonly [number, number, number];
  /** Whole-number weights that pay when influence has no evidence: accepted rows. */
  readonly fallback: readonly bigint[];
  /** The part of influence that chance explains (`chanceShare`): it is paid by the fallback as well. Default 0. */
  readonly chancePpm?: number;
}

export interface CombinedChannels {
  /** Exact weights per contributor with a common unit. */
  readonly weights: readonly bigint[];
  /** The part of the payment that the fallback took. */
  readonly unattributedPpm: number;
}

/**
 * Each channel normalised to one and weighted. A channel without evidence gives its weight to influence; influence
 * without evidence, or as far as chance explains it, is paid by the fallback weights and reported as unattributed.
 */
export function combineChannels(parameters: CombineChannelsParameters): CombinedChannels {
  const { channels, channelsPpm, fallback, chancePpm = 0 } = parameters;
  const totals = channels.map(sum);
  const alphas = channelsPpm.map(BigInt);
  for (let channel = 1; channel < channels.length; channel += 1) {
    if (totals[channel] === 0n) {
      alphas[0] = (alphas[0] as bigint) + (alphas[channel] as bigint);
      alphas[channel] = 0n;
    }
  }
  // Whole parts per million go from influence to the fallback, which is the last channel from here on.
  const influence = alphas[0] as bigint;
  const unattributed = totals[0] === 0n ? influence : (influence * BigInt(chancePpm)) / BigInt(PPM_TOTAL);
  alphas[0] = influence - unattributed;
  const parts = [...channels, fallback];
  const weighted = [...alphas, unattributed];
  const wholes = parts.map(sum);
  // One common denominator: the product of the sums of all channels that pay.
  const paying = parts
    .keys()
    .toArray()
    .filter((channel) => weighted[channel] !== 0n && wholes[channel] !== 0n);
  const weights = fallback.map((_, index) =>
    sum(
      paying.map((channel) =>
        paying.reduce(
          (product, other) => (other === channel ? product : product * (wholes[other] as bigint)),
          (weighted[channel] as bigint) * (parts[channel]?.[index] ?? 0n),
        ),
      ),
    ),
  );
  return { weights, unattributedPpm: Number(unattributed) };
}
