// Prepaying once, so that no answer asks for a signature: a deposit, and a key that may spend it.
import { type Address, createSessionKey, type Hex } from '../../settlement/index.ts';
import type { SessionRecord } from '../../store/index.ts';
import type { PaymentPorts } from './paymentPorts.ts';
import { sessionId } from './sessionId.ts';

export type SetUpStep = 'faucet' | 'deposit' | 'key';

/** Thirty days: how long a session key may sign. */
const SESSION_SECONDS = 30 * 24 * 3600;

export interface SetUpPaymentParameters {
  readonly payer: Address;
  /** Wei of OPEN to prepay, and to add to what the key may spend. */
  readonly amount: bigint;
  readonly ports: Pick<PaymentPorts, 'chain' | 'deployment' | 'now' | 'sessions'>;
  readonly onStep: (step: SetUpStep) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Prepays `amount` and allows a key of this browser to spend it for 30 days; a key that is still valid is used again. On a
 * chain with a faucet that is asked first when the wallet holds too little. Throws what wallet and chain throw; steps that
 * were done are not undone, and trying again continues.
 */
export async function setUpPayment({ payer, amount, ports, onStep, signal }: SetUpPaymentParameters): Promise<void> {
  const chain = await ports.chain();
  if (chain.deployment.addresses.faucet !== undefined) {
    const balances = await chain.balances(payer);
    if (balances.native === 0n || balances.open < amount) {
      onStep('faucet');
      await chain.faucet({ address: payer, signal });
    }
  }
  onStep('deposit');
  await chain.deposit({ amount, signal });
  onStep('key');
  const id = sessionId(ports.deployment, payer);
  const before = await ports.sessions.get(id);
  const now = Math.floor(ports.now() / 1000);
  const valid = before !== undefined && before.validUntil > now ? before : undefined;
  const key = valid ?? createSessionKey();
  const record: SessionRecord = {
    id,
    payer,
    address: key.address,
    privateKey: key.privateKey,
    // End and cap of a key can only grow on chain.
    validUntil: Math.max(now + SESSION_SECONDS, before?.validUntil ?? 0),
    cap: (valid?.cap ?? 0n) + amount,
  };
  await chain.setSessionKey({ signer: record.address as Hex, validUntil: record.validUntil, cap: record.cap, signal });
  await ports.sessions.put(record);
}
