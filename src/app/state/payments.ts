// Paying for answers from this browser: the workflows of `answers/` over its wallet, database and locks, and a signal that
// changes with every payment. Amounts are wei of OPEN.
import { createSignal } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';
import type { ConnectedWallet, FeeSplit, Hex } from '../../settlement/index.ts';
import { database, deleteSetting, guardWrite, readSetting, writeSetting } from '../../store/index.ts';
import type { PaidAnswer } from '../../workflows/answers/payAnswer.ts';
import type { PaymentPorts, SetUpPlan } from '../../workflows/answers/paymentPorts.ts';
import { type PaymentReadiness, paymentReadiness as readiness } from '../../workflows/answers/paymentReadiness.ts';
import { onChainModel, type PaymentTerms, paymentTerms as terms } from '../../workflows/answers/paymentTerms.ts';
import { sessionId } from '../../workflows/answers/sessionId.ts';
import type { SetUpStep, SetUpStepState, UnfinishedSetUp } from '../../workflows/answers/setUpPayment.ts';
import { runStep } from '../../workflows/runStep.ts';
import type { AdapterChoice } from './adapters.ts';
import { config } from './config.ts';
import { ifFree } from './ifFree.ts';
import { inTurn } from './inTurn.ts';
import { isLocked, keepPrivateKey, openPrivateKey } from './keys.ts';
import { requireOwnOrigin } from './ownOrigin.ts';
import { settingKeys } from './settingKeys.ts';
import { checkChain, deployment, settlement, walletView } from './settlement.ts';

export type { PaymentReadiness, PaymentTerms, SetUpStep, SetUpStepState, UnfinishedSetUp };

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
      put: (record) =>
        keepPrivateKey(record.privateKey, (privateKey) =>
          guardWrite(async () => void (await database().sessions.put({ ...record, privateKey }))),
        ),
      delete: (id) => database().sessions.delete(id),
    },
    vouchers: {
      get: (id) => database().vouchers.get(id),
      put: (record) => guardWrite(async () => void (await database().vouchers.put(record))),
      startingWith: (prefix) => database().vouchers.where('id').startsWith(prefix).toArray(),
    },
    plans: {
      get: (id) => readSetting<SetUpPlan>(`${settingKeys.setUpPlan}${id}`),
      put: (plan) => writeSetting(`${settingKeys.setUpPlan}${plan.id}`, plan),
      delete: (id) => deleteSetting(`${settingKeys.setUpPlan}${id}`),
    },
    withSetUpLock: (work) => ifFree('payment-setup', work, () => undefined),
    isLocked: ({ privateKey }) => isLocked(privateKey),
    signingKey: async ({ address, privateKey }) => ({
      address: address as Hex,
      privateKey: await openPrivateKey(privateKey),
    }),
    withVoucherLock: (work) => inTurn('vouchers', work),
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
    const found = await readiness({ adapter, payer: walletView().wallet?.address, ports: await paymentPorts() });
    // The frame must not go on saying that the chain is ready.
    if (found.status === 'trouble') void checkChain();
    return found;
  } catch (error) {
    return { status: 'trouble', error };
  }
}

/** Where an earlier try of the connected wallet stands; undefined without one. Throws `WALLET_MISSING` and what the chain throws. */
export async function unfinishedSetUp(): Promise<UnfinishedSetUp | undefined> {
  const [{ wallet, ports }, workflow] = await Promise.all([
    requirePayer(),
    import('../../workflows/answers/setUpPayment.ts'),
  ]);
  return workflow.unfinishedSetUp({ payer: wallet.address, ports });
}

/**
 * Prepays `amount` and allows a key of this browser to spend it, as far as an earlier try has not. Throws `WALLET_MISSING`,
 * `APP_SHARED_ORIGIN` and what the workflow throws.
 */
export async function setUpPayment(
  amount: bigint,
  onStep: (step: SetUpStep, state: SetUpStepState) => void,
  signal?: AbortSignal,
): Promise<void> {
  requireOwnOrigin();
  const [{ wallet, ports }, { setUpPayment: setUp }] = await Promise.all([
    requirePayer(),
    import('../../workflows/answers/setUpPayment.ts'),
  ]);
  try {
    await setUp({ payer: wallet.address, amount, ports, onStep, signal });
  } finally {
    // A try that ended half-way has changed something all the same.
    setRevision((count) => count + 1);
  }
}

/** Asks the prepaid amount back, unless that much thaws already. Throws what wallet and chain throw. */
export async function thawPrepaid(): Promise<void> {
  const { wallet } = await requirePayer();
  const chain = await settlement();
  const { escrow } = await chain.balances(wallet.address);
  await runStep({
    // A second thaw would begin the waiting time again.
    isDone: async () => (await chain.balances(wallet.address)).thawing >= escrow,
    run: () => chain.thaw({ amount: escrow }),
  });
}

/** Pays out what has thawed, unless nothing thaws any more. Throws what wallet and chain throw. */
export async function withdrawPrepaid(): Promise<void> {
  const { wallet } = await requirePayer();
  const chain = await settlement();
  await runStep({
    isDone: async () => (await chain.balances(wallet.address)).thawing === 0n,
    run: () => chain.withdraw(),
  });
}

/** Keeps what thaws in the prepaid account. Throws what wallet and chain throw. */
export async function cancelPrepaidThaw(): Promise<void> {
  const { wallet } = await requirePayer();
  const chain = await settlement();
  await runStep({
    isDone: async () => (await chain.balances(wallet.address)).thawing === 0n,
    run: () => chain.cancelThaw(),
  });
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

/** What this browser paid for a receipt; undefined for nothing. */
export async function findPayment(receiptDigest: string): Promise<PaidAnswer | undefined> {
  const ports = await paymentPorts();
  if (ports === undefined) return undefined;
  const { findPayment: find } = await import('../../workflows/answers/findPayment.ts');
  return find({ receiptDigest, ports });
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
