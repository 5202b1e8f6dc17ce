// Gas money and OPEN on the local chain: nobody should need to know where they come from.
import type { Hex, Settlement } from '../settlement/index.ts';

/**
 * Asks the faucet when `address` has no native coin, or less than `open` wei of OPEN: the faucet gives one after the other, so an
 * account may have only the first. Does nothing on a chain without a faucet. Throws what the chain throws.
 */
export async function ensureGas(
  chain: Pick<Settlement, 'balances' | 'deployment' | 'faucet'>,
  address: Hex,
  open = 0n,
): Promise<void> {
  if (chain.deployment.addresses.faucet === undefined) return;
  const balances = await chain.balances(address);
  if (balances.native === 0n || balances.open < open) await chain.faucet({ address });
}
