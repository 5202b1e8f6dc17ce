import { PPM_TOTAL } from '../../lib/units.ts';
import type { AttributionPolicy } from '../types.ts';

/**
 * The policy of an index unless its publisher chooses another. A cap protects the many from one account that floods an
 * answer; among a handful of contributors it would only press the shares towards equal parts, whatever the evidence says.
 */
export function defaultPolicy(contributorCount: number): AttributionPolicy {
  return {
    channelsPpm: [600_000, 200_000, 200_000],
    placeboPercent: 95,
    capPpm: contributorCount < 20 ? PPM_TOTAL : 200_000,
    minimumSpanTokens: 8,
    minimumSpanBits: 40,
  };
}
