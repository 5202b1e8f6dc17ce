// Ending what the key of this browser may spend.
import type { Address, Hex } from '../../settlement/index.ts';
import type { PaymentPorts } from './paymentPorts.ts';
import { sessionId } from './sessionId.ts';

export interface RevokeSessionParameters {
  readonly payer: Address;
  readonly ports: Pick<PaymentPorts, 'chain' | 'deployment' | 'sessions'>;
}

/** Revokes the payer's key on chain, then forgets it. Does nothing without one. Throws what wallet and chain throw. */
export async function revokeSession({ payer, ports }: RevokeSessionParameters): Promise<void> {
  const key = await ports.sessions.get(sessionId(ports.deployment, payer));
  if (key === undefined) return;
  const chain = await ports.chain();
  await chain.revokeSessionKey({ signer: key.address as Hex });
  await ports.sessions.delete(key.id);
}
