// Under which name the session key of a payer is stored.
import type { Deployment } from '../../settlement/index.ts';

/** One text for one payer on one chain: a chain that was started again makes its keys void. */
export function sessionId({ genesisHash }: Pick<Deployment, 'genesisHash'>, payer: string): string {
  return `${genesisHash}:${payer}`.toLowerCase();
}
