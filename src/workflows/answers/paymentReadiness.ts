// Whether an answer would be paid, as a state: what is in the way has a name, and so has what is left.
import type { Address, Hex } from '../../settlement/index.ts';
import { outstandingVouchers } from './outstandingVouchers.ts';
import type { PaymentPorts } from './paymentPorts.ts';
import { type PayableAdapter, type PaymentTerms, paymentTerms } from './paymentTerms.ts';
import { sessionId } from './sessionId.ts';

export type PaymentReadiness =
  | { readonly status: 'noChain' | 'noModel' | 'free' }
  | { readonly status: 'noWallet' | 'notSetUp' | 'exhausted'; readonly terms: PaymentTerms }
  /** `left`: wei that further answers may cost. */
  | { readonly status: 'ready'; readonly terms: PaymentTerms; readonly left: bigint }
  | { readonly status: 'trouble'; readonly error: unknown };

export interface PaymentReadinessParameters {
  /** Undefined: the base model answers. */
  readonly adapter: PayableAdapter | undefined;
  /** The connected wallet. */
  readonly payer: Address | undefined;
  /** Undefined where no chain is configured. */
  readonly ports: PaymentPorts | undefined;
}

/** Never rejects: what the chain throws is the state `trouble`. */
export async function paymentReadiness({
  adapter,
  payer,
  ports,
}: PaymentReadinessParameters): Promise<PaymentReadiness> {
  if (ports === undefined) return { status: 'noChain' };
  if (adapter === undefined) return { status: 'noModel' };
  try {
    const terms = await paymentTerms({ adapter, ports });
    if (terms === undefined) return { status: 'noModel' };
    if (terms.price === 0n) return { status: 'free' };
    if (payer === undefined) return { status: 'noWallet', terms };
    const key = await ports.sessions.get(sessionId(ports.deployment, payer));
    const now = Math.floor(ports.now() / 1000);
    if (key === undefined || key.validUntil <= now) return { status: 'notSetUp', terms };
    const chain = await ports.chain();
    const [onChain, { escrow, thawing }, promised] = await Promise.all([
      chain.sessionKey({ payer, signer: key.address as Hex }),
      chain.balances(payer),
      outstandingVouchers({ payer, ports }),
    ]);
    if (onChain.validUntil <= now) return { status: 'notSetUp', terms };
    const capLeft = onChain.cap - onChain.spent;
    const free = escrow - thawing;
    // biome-ignore lint/complexity/useMathMinMax: Math.min knows no bigint.
    const left = (capLeft < free ? capLeft : free) - promised;
    return left > 0n ? { status: 'ready', terms, left } : { status: 'exhausted', terms };
  } catch (error) {
    return { status: 'trouble', error };
  }
}
