// The epoch to settle next.
import type { RewardsState } from '../../settlement/index.ts';
import type { EpochChain } from './epochPorts.ts';

/** The first epoch that holds money and that no final root covers; epochs without money are stepped over. */
export async function nextFundedEpoch(
  chain: Pick<EpochChain, 'fundedEpochs'>,
  { nextEpoch }: Pick<RewardsState, 'nextEpoch'>,
): Promise<bigint | undefined> {
  const [epoch] = await chain.fundedEpochs({ from: nextEpoch });
  return epoch;
}
