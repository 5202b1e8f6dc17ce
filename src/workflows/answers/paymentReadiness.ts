// Whether an answer would be paid, as a state: what is in the way has a name, and so has what is left.
import type { Address } from '../../settlement/index.ts';
import type { PaymentPorts } from './paymentPorts.ts';
import { type PayableAdapter, type PaymentTerms, paymentTerms } from './paymentTerms.ts';
import { spendable } from './spendable.ts';

export type PaymentReadiness =
  | { readonly status: 'noChain' | 'noModel' | 'free' }
  | { readonly status: 'noWallet' | 'notSetUp' | 'ended' | 'locked' | 'exhausted'; readonly terms: PaymentTerms }
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
    const may = await spendable({ payer, ports });
    if (may.status !== 'allowed') return { status: may.status, terms };
    if (ports.isLocked(may.record)) return { status: 'locked', terms };
    return may.left > 0n ? { status: 'ready', terms, left: may.left } : { status: 'exhausted', terms };
  } catch (error) {
    return { status: 'trouble', error };
  }
}
