// Prepaying once, so that no answer asks for a signature: a deposit, and a key that may spend it. A plan is stored before
// anything is sent and forgotten when all is done, so that trying again, also after a reload, does only what is missing.
import { TributaryError } from '../../lib/errors.ts';
import { type Address, createSessionKey, type Hex, type SessionKeyState } from '../../settlement/index.ts';
import type { SessionRecord } from '../../store/index.ts';
import { requireReady } from '../requireReady.ts';
import { isUnclear, runStep } from '../runStep.ts';
import type { PaymentChain, PaymentPorts, SetUpPlan } from './paymentPorts.ts';
import { sessionId } from './sessionId.ts';

export type SetUpStep = 'faucet' | 'deposit' | 'key';
/** `already`: an earlier try did it. */
export type SetUpStepState = 'running' | 'already' | 'done';

/** Thirty days: how long a session key may sign. */
const SESSION_SECONDS = 30 * 24 * 3600;

/** After these it is known what became of what the wallet was asked; after any other error the chain is asked at the next try. */
const KNOWN_ENDS: readonly string[] = [
  'WALLET_REJECTED',
  'TRANSACTION_CANCELLED',
  'TRANSACTION_REPLACED',
  'TRANSACTION_REVERTED',
];

export type SetUpPorts = Pick<PaymentPorts, 'chain' | 'deployment' | 'plans' | 'sessions' | 'withSetUpLock'>;

export interface SetUpPaymentParameters {
  readonly payer: Address;
  /** Wei of OPEN to prepay, and to add to what the key may spend; with an earlier try that was not finished, both together. */
  readonly amount: bigint;
  readonly ports: SetUpPorts;
  readonly onStep: (step: SetUpStep, state: SetUpStepState) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Where an earlier try stands by the chain, in wei of OPEN. */
export interface UnfinishedSetUp {
  readonly deposited: bigint;
  /** What the key may spend of the deposits so far. */
  readonly allowed: bigint;
}

/** The key of this browser with its state on chain; undefined when there is none, or it has ended there. */
async function usableKey(
  chain: PaymentChain,
  { id, payer, now, sessions }: { id: string; payer: Address; now: number; sessions: PaymentPorts['sessions'] },
): Promise<{ readonly record: SessionRecord; readonly state: SessionKeyState } | undefined> {
  const record = await sessions.get(id);
  if (record === undefined) return undefined;
  const state = await chain.sessionKey({ payer, signer: record.address as Hex });
  // One that the chain never heard of was stored before its transaction, which did not happen.
  return state.validUntil === 0 || state.validUntil > now ? { record, state } : undefined;
}

/** Waits for what an earlier try sent. How it ended is seen by its effect. Throws `TRANSACTION_PENDING`. */
async function settleEarlier(
  chain: PaymentChain,
  plan: SetUpPlan,
  { payer, signal }: Pick<SetUpPaymentParameters, 'payer' | 'signal'>,
): Promise<void> {
  if (plan.sent === undefined) return;
  const { hash } = plan.sent;
  const state = hash === undefined ? 'unknown' : await chain.transaction({ hash, signal });
  if (hash !== undefined && state === 'pending') {
    try {
      await chain.waitForTransaction({ hash, signal });
    } catch (error) {
      if (!isUnclear(error) || (error as TributaryError).code === 'TRANSACTION_PENDING') throw error;
    }
    return;
  }
  if (state !== 'unknown') return;
  // The page was closed while the wallet asked, or the server has lost it: only the account's nonces say whether something is out.
  if ((await chain.unmined({ address: payer, signal })) === 0) return;
  throw new TributaryError({
    code: 'WALLET_UNMINED',
    message: 'The wallet has sent a transaction that no block has yet.',
    facts: { payer },
    hint: 'It may be the deposit of an earlier try. Wait until it is included, or cancel it in the wallet, then try again.',
  });
}

/** Where the payer's unfinished try stands; undefined without one. One that turns out to be finished is forgotten. */
export async function unfinishedSetUp({
  payer,
  ports,
}: Pick<SetUpPaymentParameters, 'payer'> & { readonly ports: SetUpPorts }): Promise<UnfinishedSetUp | undefined> {
  const id = sessionId(ports.deployment, payer);
  const plan = await ports.plans.get(id);
  if (plan === undefined) return undefined;
  const chain = await ports.chain();
  const [{ now }, deposited] = await Promise.all([
    chain.epoch(),
    chain.deposited({ payer, afterBlock: plan.afterBlock }),
  ]);
  const key = await usableKey(chain, { id, payer, now, sessions: ports.sessions });
  const allowed = key === undefined ? 0n : key.state.cap - (key.record.address === plan.key ? plan.capBefore : 0n);
  if (deposited === 0n) return undefined;
  if (deposited < plan.amount || allowed < plan.amount) return { deposited, allowed };
  await ports.plans.delete(id);
  return undefined;
}

/**
 * Prepays `amount` and allows a key of this browser to spend it for 30 days; a key that is still valid is used again. On a
 * chain with a faucet that is asked first when the wallet holds too little. What an earlier try deposited or allowed counts, and the
 * key is stored before the chain hears of it. Throws `PAYMENT_SETUP_ELSEWHERE` while another tab does the same,
 * `WALLET_UNMINED`, and what wallet and chain throw; steps that were done are not undone, and trying again continues.
 */
export async function setUpPayment(parameters: SetUpPaymentParameters): Promise<void> {
  const done = await parameters.ports.withSetUpLock(() => setUp(parameters).then(() => true));
  if (done === true) return;
  throw new TributaryError({
    code: 'PAYMENT_SETUP_ELSEWHERE',
    message: 'Another tab is setting up payment.',
    facts: { payer: parameters.payer },
    hint: 'Finish there, or close that tab and try again.',
  });
}

async function setUp({ payer, amount, ports, onStep, signal }: SetUpPaymentParameters): Promise<void> {
  const { plans, sessions } = ports;
  const chain = await ports.chain();
  const id = sessionId(ports.deployment, payer);
  const depositedSince = (afterBlock: bigint) => chain.deposited({ payer, afterBlock, signal });

  /** The key that this try allows. It is stored before the transaction that names it: one that the chain allows and nobody has is lost. */
  async function openKey(): Promise<{ readonly key: string; readonly cap: bigint }> {
    const { now } = await chain.epoch({ signal });
    const usable = await usableKey(chain, { id, payer, now, sessions });
    if (usable !== undefined) return { key: usable.record.address, cap: usable.state.cap };
    const made = newSession(id, payer);
    await sessions.put(made);
    return { key: made.address, cap: 0n };
  }

  async function openPlan(): Promise<SetUpPlan> {
    const earlier = await plans.get(id);
    const block = await requireReady(chain, { signal });
    if (earlier !== undefined) await settleEarlier(chain, earlier, { payer, signal });
    const { key, cap } = await openKey();
    const fresh = { id, amount, afterBlock: block, key, capBefore: cap };
    if (earlier === undefined) return fresh;
    const { escrow, thawing } = await chain.balances(payer, { signal });
    // Nothing was deposited, or it was taken back or spent since: that try is over.
    if (escrow === thawing) return fresh;
    // With another key, because the first has ended or was forgotten, what was deposited counts all the same.
    return { ...fresh, afterBlock: earlier.afterBlock, capBefore: key === earlier.key ? earlier.capBefore : cap };
  }

  const plan = await openPlan();
  await plans.put(plan);
  /** Notes that the wallet is asked, and then what it sent. */
  const send = async (transaction: (onSubmitted: (hash: Hex) => void) => Promise<unknown>): Promise<void> => {
    await plans.put({ ...plan, sent: {} });
    let noted: Promise<void> = Promise.resolve();
    try {
      await transaction((hash) => {
        noted = plans.put({ ...plan, sent: { hash } });
        // It is waited for once the transaction is in a block, which may be long after it failed.
        noted.catch(() => undefined);
      });
    } catch (error) {
      await noted;
      if (error instanceof TributaryError && KNOWN_ENDS.includes(error.code)) await plans.put(plan);
      throw error;
    }
    await noted;
    await plans.put(plan);
  };
  const step = async (name: SetUpStep, isDone: () => Promise<boolean>, run: () => Promise<unknown>): Promise<void> => {
    const state = await runStep({
      isDone,
      run: () => {
        onStep(name, 'running');
        return run();
      },
      signal,
    });
    onStep(name, state);
  };

  const missing = async (): Promise<bigint> => amount - (await depositedSince(plan.afterBlock));
  if (chain.deployment.addresses.faucet !== undefined) {
    const balances = await chain.balances(payer, { signal });
    if (balances.native === 0n || balances.open < (await missing())) {
      onStep('faucet', 'running');
      await chain.faucet({ address: payer, signal });
      onStep('faucet', 'done');
    }
  }
  await step(
    'deposit',
    async () => (await missing()) <= 0n,
    async () => {
      const rest = await missing();
      await send((onSubmitted) => chain.deposit({ amount: rest, signal, onSubmitted }));
    },
  );
  // An earlier try may have deposited more than is asked for now: all of it is to be spent.
  const deposited = await depositedSince(plan.afterBlock);
  const cap = plan.capBefore + (deposited > amount ? deposited : amount);
  const signer = plan.key as Hex;
  await step(
    'key',
    async () => {
      const [state, { now }] = await Promise.all([chain.sessionKey({ payer, signer }), chain.epoch({ signal })]);
      return state.cap >= cap && state.validUntil > now;
    },
    async () => {
      const [state, { now }] = await Promise.all([chain.sessionKey({ payer, signer }), chain.epoch({ signal })]);
      // By the chain's clock: this machine's may be wrong. End and cap of a key can only grow.
      const validUntil = Math.max(now + SESSION_SECONDS, state.validUntil);
      await send((onSubmitted) => chain.setSessionKey({ signer, validUntil, cap, signal, onSubmitted }));
    },
  );
  const [record, allowed] = await Promise.all([sessions.get(id), chain.sessionKey({ payer, signer })]);
  if (record !== undefined) await sessions.put({ ...record, validUntil: allowed.validUntil, cap: allowed.cap });
  await plans.delete(id);
}

function newSession(id: string, payer: Address): SessionRecord {
  const { address, privateKey } = createSessionKey();
  return { id, payer, address, privateKey, validUntil: 0, cap: 0n };
}
