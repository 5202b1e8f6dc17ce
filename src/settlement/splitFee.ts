// The fee split of contracts/src/libraries/FeeSplit.sol, number for number.
import { TributaryError } from '../lib/errors.ts';
import { type Wei, wei } from '../lib/units.ts';

/** How one collected amount is divided. The five parts add to the amount. */
export interface FeeSplit {
  readonly protocol: Wei;
  readonly attestors: Wei;
  readonly owner: Wei;
  readonly collector: Wei;
  /** The remainder: paid to the contributors of the rows. */
  readonly contributors: Wei;
}

/** Shares in basis points (1/10,000). The owner's share is set per model, up to `maxOwner`. */
export const FEE_BPS = { protocol: 500, attestors: 300, collector: 20, maxOwner: 5_000 } as const;

const BPS = 10_000n;

/**
 * Divides `amount` (wei of OPEN). Every part is rounded down and the contributors get the remainder, so that no wei is
 * lost. Throws `FEE_OWNER_SHARE` when `ownerBps` is not an integer in [0, 5,000].
 */
export function splitFee({ amount, ownerBps }: { readonly amount: bigint; readonly ownerBps: number }): FeeSplit {
  if (!Number.isInteger(ownerBps) || ownerBps < 0 || ownerBps > FEE_BPS.maxOwner) {
    throw new TributaryError({
      code: 'FEE_OWNER_SHARE',
      message: 'The model owner’s share is out of range.',
      facts: { ownerBps, maximum: FEE_BPS.maxOwner },
      hint: 'Give whole basis points between 0 and 5,000.',
    });
  }
  const part = (bps: number): bigint => (amount * BigInt(bps)) / BPS;
  const protocol = part(FEE_BPS.protocol);
  const attestors = part(FEE_BPS.attestors);
  const owner = part(ownerBps);
  const collector = part(FEE_BPS.collector);
  return {
    protocol: wei(protocol),
    attestors: wei(attestors),
    owner: wei(owner),
    collector: wei(collector),
    contributors: wei(amount - protocol - attestors - owner - collector),
  };
}
