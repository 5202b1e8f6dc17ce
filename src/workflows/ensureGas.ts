// Gas money on the local chain: nobody should need to know that it exists.
import type { Hex, Settlement } from '../settlement/index.ts';

/** Asks the faucet for native coin when `address` has none. Does nothing on a chain without a faucet. Throws what the chain throws. */
export async function ensureGas(
  chain: Pick<Settlement, 'balances' | 'deployment' | 'faucet'>,
  address: Hex,
): Promise<void> {
  if (chain.deployment.addresses.faucet === undefined) return;
  if ((await chain.balances(address)).native === 0n) await chain.faucet({ address });
}
