// Where the settling of an epoch stands and what anyone may do next. Times are seconds of the chain's own clock.
import type { DeploymentProfile, EpochState, RewardsState } from '../../settlement/index.ts';
import { epochTimes } from './epochTimes.ts';

export type EpochPhase =
  /** Still running: answers are paid into it until `until`. */
  | { readonly kind: 'open'; readonly epoch: bigint; readonly until: number }
  /** Ended; vouchers are still taken until `until`. */
  | { readonly kind: 'grace'; readonly epoch: bigint; readonly until: number }
  /** Closed: anyone may propose the shares. */
  | { readonly kind: 'proposable'; readonly epoch: bigint }
  /** Proposed: anyone may object until `until`. */
  | { readonly kind: 'window'; readonly epoch: bigint; readonly until: number }
  | { readonly kind: 'challenged'; readonly epoch: bigint }
  /** Nobody objected: anyone may make it final. */
  | { readonly kind: 'finalizable'; readonly epoch: bigint };

/**
 * The phase of the next epoch to settle. `funded`: the epoch to propose, when it is a later one than `nextEpoch` because
 * nothing was paid in between.
 */
export function epochPhase(
  state: EpochState,
  rewards: RewardsState,
  profile: Pick<DeploymentProfile, 'epochSeconds'>,
  now: number = state.now,
  funded: bigint = rewards.nextEpoch,
): EpochPhase {
  const { pending } = rewards;
  if (pending.status === 'challenged') return { kind: 'challenged', epoch: pending.epoch };
  if (pending.status === 'proposed') {
    return now < pending.activeAt
      ? { kind: 'window', epoch: pending.epoch, until: pending.activeAt }
      : { kind: 'finalizable', epoch: pending.epoch };
  }
  const { endsAt, closesAt } = epochTimes(funded, state, profile);
  if (now < endsAt) return { kind: 'open', epoch: funded, until: endsAt };
  if (now < closesAt) return { kind: 'grace', epoch: funded, until: closesAt };
  return { kind: 'proposable', epoch: funded };
}
