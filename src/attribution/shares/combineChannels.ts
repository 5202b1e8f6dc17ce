import { sum } from './rational.ts';

export interface CombineChannelsParameters {
  /** Exact weights per contributor for influence, verbatim, retrieval. */
  readonly channels: readonly [readonly bigint[], readonly bigint[], readonly bigint[]];
  /** Weight of each channel; they add to 1,000,000. */
  readonly channelsPpm: readonly [number, number, number];
  /** Whole-number weights that pay when influence has no evidence: accepted rows. */
  readonly fallback: readonly bigint[];
}

export interface CombinedChannels {
  /** Exact weights per contributor with a common unit. */
  readonly weights: readonly bigint[];
  /** The part of the payment that the fallback took. */
  readonly unattributedPpm: number;
}

/**
 * Each channel normalised to one and weighted. A channel without evidence gives its weight to influence; influence
 * without evidence is paid by the fallback weights, and that part is reported as unattributed.
 */
export function combineChannels({ channels, channelsPpm, fallback }: CombineChannelsParameters): CombinedChannels {
  const totals = channels.map(sum);
  const alphas = channelsPpm.map(BigInt);
  for (let channel = 1; channel < channels.length; channel += 1) {
    if (totals[channel] === 0n) {
      alphas[0] = (alphas[0] as bigint) + (alphas[channel] as bigint);
      alphas[channel] = 0n;
    }
  }
  const unattributed = totals[0] === 0n;
  const parts = channels.map((weights, channel) => (channel === 0 && unattributed ? fallback : weights));
  const wholes = parts.map((weights, channel) => (channel === 0 ? sum(weights) : (totals[channel] as bigint)));
  // One common denominator: the product of the sums of all channels that pay.
  const paying = [0, 1, 2].filter((channel) => alphas[channel] !== 0n && wholes[channel] !== 0n);
  const weights = fallback.map((_, index) =>
    sum(
      paying.map((channel) =>
        paying.reduce(
          (product, other) => (other === channel ? product : product * (wholes[other] as bigint)),
          (alphas[channel] as bigint) * (parts[channel]?.[index] ?? 0n),
        ),
      ),
    ),
  );
  return { weights, unattributedPpm: unattributed ? Number(alphas[0]) : 0 };
}
