// Paying for answers from this browser: the workflows of `answers/` over its wallet, database and locks, and a signal that
// changes with every payment. Amounts are wei of OPEN.
import { createSignal } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';
import type { ConnectedWallet, FeeSplit } from '../../settlement/index.ts';
import { database, guardWrite } from '../../store/index.ts';
import type { PaidAnswer } from '../../workflows/answers/payAnswer.ts';
import type { PaymentPorts } from '../../workflows/answers/paymentPorts.ts';
import { type PaymentReadiness, paymentReadiness as readiness } from '../../workflows/answers/paymentReadiness.ts';
import { onChainModel, type PaymentTerms, paymentTerms as terms } from '../../workflows/answers/paymentTerms.ts';
import { sessionId } from '../../workflows/answers/sessionId.ts';
import type { SetUpStep } from '../../workflows/answers/setUpPayment.ts';
import type { AdapterChoice } from './adapters.ts';
import { config } from './config.ts';
import { deployment, settlement, walletView } from './settlement.ts';

export type { PaymentReadiness, PaymentTerms, SetUpStep };

const confirmedVersions = new Set<string>();

const [revision, setRevision] = createSignal(0);
/** Changes whenever a payment was set up or made: read it to ask again. */
export const paymentRevision = revision;

/** Payments on the configured chain; undefined without one. */
async function paymentPorts(): Promise<PaymentPorts | undefined> {
  const known = await deployment();
  if (known === undefined) return undefined;
  return {
    deployment: known,
    chain: settlement,
    confirmedVersions,
    sessions: {
      get: (id) => database().sessions.get(id),
      put: (record) => guardWrite(async () => void (await database().sessions.put(record))),
      delete: (id) => database().sessions.delete(id),
    },
    vouchers: {
      get: (id) => database().vouchers.get(id),
      put: (record) => guardWrite(async () => void (await database().vouchers.put(record))),
      startingWith: (prefix) => database().vouchers.where('id').startsWith(prefix).toArray(),
    },
    withVoucherLock: (work) => navigator.locks.request('tributary-vouchers', work),
    now: Date.now,
  };
}

/** The connected wallet and the ports of its payments. Throws `WALLET_MISSING`. */
async function requirePayer(): Promise<{ readonly wallet: ConnectedWallet; readonly ports: PaymentPorts }> {
  const { wallet } = walletView();
  const ports = await paymentPorts();
  if (wallet !== undefined && ports !== undefined) return { wallet, ports };
  throw new TributaryError({
    code: 'WALLET_MISSING',
    message: 'No wallet is connected.',
    hint: 'Connect one, or use the test wallet on the local chain.',
  });
}

/** Terms of an adapter's model, or undefined when it is not on chain. Throws what the chain throws. */
export async function paymentTerms(adapter: AdapterChoice): Promise<PaymentTerms | undefined> {
  const ports = await paymentPorts();
  return ports === undefined ? undefined : terms({ adapter, ports });
}

/** As much of `paymentReadiness` as is known without the chain; `unasked`: the rest is for the chain to say. */
export function expectedReadiness(
  adapter: AdapterChoice | undefined,
): { readonly status: 'noChain' | 'noModel' } | { readonly status: 'unasked' } {
  const { deployment: known } = config();
  if (known === null) return { status: 'noChain' };
  const isNamed = adapter !== undefined && onChainModel(adapter, known) !== undefined;
  return { status: isNamed ? 'unasked' : 'noModel' };
}

/** Whether an answer of this adapter would be paid, and if not, why. Never throws: trouble is a state. */
export async function paymentReadiness(adapter: AdapterChoice | undefined): Promise<PaymentReadiness> {
  try {
    return await readiness({ adapter, payer: walletView().wallet?.address, ports: await paymentPorts() });
  } catch (error) {
    return { status: 'trouble', error };
  }
}

/** Prepays `amount` and allows a key of this browser to spend it. Throws `WALLET_MISSING` and what wallet and chain throw. */
export async function setUpPayment(
  amount: bigint,
  onStep: (step: SetUpStep) => void,
  signal?: AbortSignal,
): Promise<void> {
  const [{ wallet, ports }, { setUpPayment: setUp }] = await Promise.all([
    requirePayer(),
    import('../../workflows/answers/setUpPayment.ts'),
  ]);
  await setUp({ payer: wallet.address, amount, ports, onStep, signal });
  setRevision((count) => count + 1);
}

/** Ends what this browser's key may spend, on chain, and forgets the key. Throws what wallet and chain throw. */
export async function revokeSession(): Promise<void> {
  const [{ wallet, ports }, { revokeSession: revoke }] = await Promise.all([
    requirePayer(),
    import('../../workflows/answers/revokeSession.ts'),
  ]);
  await revoke({ payer: wallet.address, ports });
  setRevision((count) => count + 1);
}

/** Whether this browser has a session key for this wallet. */
export async function hasSession(payer: string): Promise<boolean> {
  const ports = await paymentPorts();
  return ports !== undefined && (await ports.sessions.get(sessionId(ports.deployment, payer))) !== undefined;
}

/** Parts of an amount, as the contract will split it. */
export async function splitOf(amount: bigint, ownerBps: number): Promise<FeeSplit> {
  const { splitFee } = await import('../../settlement/index.ts');
  return splitFee({ amount, ownerBps });
}

/** Signs and stores the voucher for one answer. Throws `WALLET_MISSING`, `PAYMENT_NOT_SET_UP` and what is in the way. */
export async function payAnswer(parameters: {
  readonly terms: PaymentTerms;
  readonly tokens: number;
  readonly receiptDigest: string;
}): Promise<PaidAnswer> {
  const [{ wallet, ports }, { payAnswer: pay }] = await Promise.all([
    requirePayer(),
    import('../../workflows/answers/payAnswer.ts'),
  ]);
  const paid = await pay({ ...parameters, payer: wallet.address, ports });
  setRevision((count) => count + 1);
  return paid;
}
