// Ending what the key of this browser may spend.
import type { Address, Hex } from '../../settlement/index.ts';
import { runStep } from '../runStep.ts';
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
  const signer = key.address as Hex;
  await runStep({
    // A key that the chain never heard of, or that has ended there, needs no transaction.
    isDone: async () => {
      const [{ validUntil }, { now }] = await Promise.all([chain.sessionKey({ payer, signer }), chain.epoch()]);
      return validUntil <= now;
    },
    run: () => chain.revokeSessionKey({ signer }),
  });
  await ports.sessions.delete(key.id);
}
