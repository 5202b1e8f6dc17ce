// The epoch clock: the only place that knows how far epochs are apart.
import type { DeploymentProfile, EpochState } from '../../settlement/index.ts';

/** Seconds of the chain's own clock. */
export interface EpochTimes {
  readonly startsAt: number;
  readonly endsAt: number;
  /** From here on its vouchers are refused and its shares can be proposed. */
  readonly closesAt: number;
}

/** The times of any epoch, counted from the one that was running when `state` was read. */
export function epochTimes(
  epoch: bigint,
  state: EpochState,
  { epochSeconds }: Pick<DeploymentProfile, 'epochSeconds'>,
): EpochTimes {
  // Negative for the epochs before the running one.
  const distance = Number(epoch - state.epoch) * epochSeconds;
  return {
    startsAt: state.startsAt + distance,
    endsAt: state.endsAt + distance,
    closesAt: state.closesAt + distance,
  };
}
