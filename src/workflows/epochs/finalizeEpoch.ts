// Making a proposed root final after its window.
import type { Address, Confirmation } from '../../settlement/index.ts';
import { ensureGas } from '../ensureGas.ts';
import type { EpochChain } from './epochPorts.ts';

export interface FinalizeEpochParameters {
  readonly chain: Pick<EpochChain, 'balances' | 'deployment' | 'faucet' | 'finalize'>;
  /** Pays the gas. */
  readonly account: Address;
}

/** Finalises the pending root. Throws what the chain throws, for example before the end of the window. */
export async function finalizeEpoch({ chain, account }: FinalizeEpochParameters): Promise<Confirmation> {
  await ensureGas(chain, account);
  return chain.finalize();
}
