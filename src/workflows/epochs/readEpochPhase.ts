// Where settling stands by what the chain says now.
import { type EpochPhase, epochPhase } from './epochPhase.ts';
import type { EpochChain } from './epochPorts.ts';
import { nextFundedEpoch } from './nextFundedEpoch.ts';

/** The phase of the next epoch to settle; undefined when none holds money. */
export async function readEpochPhase(
  chain: Pick<EpochChain, 'deployment' | 'epoch' | 'fundedEpochs' | 'rewards'>,
): Promise<EpochPhase | undefined> {
  const [state, rewards] = await Promise.all([chain.epoch(), chain.rewards()]);
  const { profile } = chain.deployment;
  if (rewards.pending.status !== 'none') return epochPhase(state, rewards, profile);
  const funded = await nextFundedEpoch(chain, rewards);
  return funded === undefined ? undefined : epochPhase(state, rewards, profile, state.now, funded);
}
