// Paying for answers: what a model asks, setting a session key up once, and a voucher per answer signed without a prompt.
// Amounts are wei of OPEN. A voucher is stored before it leaves the browser, under a lock that all tabs share.
import { createSignal } from 'solid-js';
import { cidDigest } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Channel, FeeSplit, Hex, SignedVoucher } from '../../settlement/index.ts';
import { database, guardWrite, type SessionRecord } from '../../store/index.ts';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import type { AdapterChoice } from './adapters.ts';
import { deployment, hasChain, isLocalChain, settlement, walletView } from './settlement.ts';

/** What a model on chain asks for its answers. */
export interface PaymentTerms {
  readonly modelId: Hex;
  /** Per 1,000 tokens of answer. */
  readonly price: bigint;
  readonly ownerBps: number;
}

export type PaymentReadiness =
  | { readonly status: 'noChain' | 'noModel' | 'free' }
  | { readonly status: 'noWallet' | 'notSetUp' | 'exhausted'; readonly terms: PaymentTerms }
  | { readonly status: 'ready'; readonly terms: PaymentTerms; readonly left: bigint }
  | { readonly status: 'trouble'; readonly error: unknown };

/** Thirty days: how long a session key may sign. */
const SESSION_SECONDS = 30 * 24 * 3600;

const [revision, setRevision] = createSignal(0);
/** Changes whenever a payment was set up or made: read it to ask again. */
export const paymentRevision = revision;

/** The model on chain that stands for an adapter: registered by the deployment, or by this browser. */
export async function onChainModel(adapter: AdapterChoice): Promise<Hex | undefined> {
  const known = await deployment();
  const listed = known?.models.find((model) => model.slug === adapter.id)?.id;
  if (listed !== undefined) return listed;
  const { data } = adapter;
  const modelId = typeof data === 'object' && data !== null && 'modelId' in data ? data.modelId : undefined;
  return typeof modelId === 'string' && /^0x[0-9a-f]{64}$/i.test(modelId) ? (modelId as Hex) : undefined;
}

const confirmed = new Map<string, boolean>();

/**
 * Whether the model on chain lists this manifest among its versions. Anyone may write any model's number into a manifest;
 * only the model's owner can publish a version of it.
 */
async function isVersionOf(manifest: string, modelId: Hex): Promise<boolean> {
  const key = `${modelId}/${manifest}`;
  const known = confirmed.get(key);
  if (known === true) return known;
  const digest = cidDigest(manifest).toLowerCase();
  const versions = await (await settlement()).versions({ modelId });
  const found = versions.some((version) => version.manifestDigest.toLowerCase() === digest);
  confirmed.set(key, found);
  return found;
}

/** Terms of an adapter's model, or undefined when it is not on chain. Throws what the chain throws. */
export async function paymentTerms(adapter: AdapterChoice): Promise<PaymentTerms | undefined> {
  if (!hasChain()) return undefined;
  const modelId = await onChainModel(adapter);
  if (modelId === undefined) return undefined;
  const models = await (await settlement()).models();
  const model = models.find((candidate) => candidate.id.toLowerCase() === modelId.toLowerCase());
  if (model === undefined || model.status !== 'active') return undefined;
  if (
    adapter.source === 'browser' &&
    adapter.manifest !== undefined &&
    !(await isVersionOf(adapter.manifest, modelId))
  ) {
    return undefined;
  }
  return { modelId: model.id, price: model.price, ownerBps: model.ownerBps };
}

async function sessionId(payer: string): Promise<string> {
  return `${(await deployment())?.genesisHash ?? ''}:${payer}`.toLowerCase();
}

async function session(payer: string): Promise<SessionRecord | undefined> {
  return database().sessions.get(await sessionId(payer));
}

/**
 * What vouchers of this payer may still draw from the escrow, in wei. Those of epochs before the last are void: they can no
 * longer be collected.
 */
async function outstanding(payer: string): Promise<bigint> {
  const genesis = ((await deployment())?.genesisHash ?? '').toLowerCase();
  const open = await settlement();
  const { epoch: current } = await open.epoch();
  const vouchers = await database()
    .vouchers.filter(
      (record) => record.id.startsWith(genesis) && record.payer === payer && BigInt(record.epoch) >= current - 1n,
    )
    .toArray();
  const parts = await Promise.all(
    vouchers.map(async ({ channel }) => {
      const { modelId, epoch, cumulative } = channel as Channel;
      const collected = await open.collected({ payer: payer as Hex, modelId, epoch });
      return cumulative > collected ? cumulative - collected : 0n;
    }),
  );
  return parts.reduce((total, part) => total + part, 0n);
}

/** Whether an answer of this adapter would be paid, and if not, why. Never throws: trouble is a state. */
export async function paymentReadiness(adapter: AdapterChoice | undefined): Promise<PaymentReadiness> {
  if (!hasChain()) return { status: 'noChain' };
  if (adapter === undefined) return { status: 'noModel' };
  try {
    const terms = await paymentTerms(adapter);
    if (terms === undefined) return { status: 'noModel' };
    if (terms.price === 0n) return { status: 'free' };
    const { wallet } = walletView();
    if (wallet === undefined) return { status: 'noWallet', terms };
    const key = await session(wallet.address);
    const now = Math.floor(Date.now() / 1000);
    if (key === undefined || key.validUntil <= now) return { status: 'notSetUp', terms };
    const open = await settlement();
    const [onChain, balances, promised] = await Promise.all([
      open.sessionKey({ payer: wallet.address, signer: key.address as Hex }),
      open.balances(wallet.address),
      outstanding(wallet.address),
    ]);
    if (onChain.validUntil <= now) return { status: 'notSetUp', terms };
    const capLeft = onChain.cap - onChain.spent;
    const free = balances.escrow - balances.thawing;
    // biome-ignore lint/complexity/useMathMinMax: Math.min knows no bigint.
    const left = (capLeft < free ? capLeft : free) - promised;
    return left > 0n ? { status: 'ready', terms, left } : { status: 'exhausted', terms };
  } catch (error) {
    return { status: 'trouble', error };
  }
}

export type SetUpStep = 'faucet' | 'deposit' | 'key';

/**
 * Prepays `amount` and allows a key of this browser to spend it for 30 days. On the local chain the faucet is asked first
 * when the wallet holds too little. Throws what wallet and chain throw; steps done are not undone, and trying again goes on.
 */
export async function setUpPayment(
  amount: bigint,
  onStep: (step: SetUpStep) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { wallet } = walletView();
  if (wallet === undefined) throw noWallet();
  const open = await settlement();
  const payer = wallet.address;
  let balances = await open.balances(payer);
  if (isLocalChain() && (balances.native === 0n || balances.open < amount)) {
    onStep('faucet');
    await open.faucet({ address: payer, signal });
    balances = await open.balances(payer);
  }
  onStep('deposit');
  await open.deposit({ amount, signal });
  onStep('key');
  const { createSessionKey } = await import('../../settlement/index.ts');
  const before = await session(payer);
  const now = Math.floor(Date.now() / 1000);
  const keep = before !== undefined && before.validUntil > now;
  const key = keep ? { address: before.address as Hex, privateKey: before.privateKey as Hex } : createSessionKey();
  const validUntil = Math.max(now + SESSION_SECONDS, before?.validUntil ?? 0);
  const cap = (keep ? before.cap : 0n) + amount;
  const record: SessionRecord = {
    id: await sessionId(payer),
    payer,
    address: key.address,
    privateKey: key.privateKey,
    validUntil,
    cap,
  };
  await open.setSessionKey({ signer: key.address, validUntil, cap, signal });
  await guardWrite(() => database().sessions.put(record));
  setRevision((count) => count + 1);
}

/** Ends what this browser's key may spend, on chain, and forgets the key. Throws what wallet and chain throw. */
export async function revokeSession(): Promise<void> {
  const { wallet } = walletView();
  if (wallet === undefined) throw noWallet();
  const key = await session(wallet.address);
  if (key === undefined) return;
  await (await settlement()).revokeSessionKey({ signer: key.address as Hex });
  await database().sessions.delete(key.id);
  setRevision((count) => count + 1);
}

/** Whether this browser holds a key for the connected wallet. */
export async function hasSession(payer: string): Promise<boolean> {
  return (await session(payer)) !== undefined;
}

function noWallet(): TributaryError {
  return new TributaryError({
    code: 'WALLET_MISSING',
    message: 'No wallet is connected.',
    hint: 'Connect one, or use the test wallet on the local chain.',
  });
}

export interface PaidAnswer {
  readonly voucherId: string;
  readonly amount: bigint;
}

/** Parts of an amount, as the contract will split it. */
export async function splitOf(amount: bigint, ownerBps: number): Promise<FeeSplit> {
  const { splitFee } = await import('../../settlement/index.ts');
  return splitFee({ amount, ownerBps });
}

/** Signs the next voucher for one answer with the session key and stores it. Throws `WALLET_MISSING` and what is in the way. */
export async function payAnswer(parameters: {
  readonly terms: PaymentTerms;
  readonly tokens: number;
  readonly receiptDigest: string;
}): Promise<PaidAnswer> {
  const { terms, tokens, receiptDigest } = parameters;
  const { wallet } = walletView();
  const known = await deployment();
  const key = wallet === undefined ? undefined : await session(wallet.address);
  if (wallet === undefined || known === undefined || key === undefined) throw noWallet();
  const { nextVoucher, signVoucher, channelKey } = await import('../../settlement/index.ts');
  const amount = answerPrice({ price: terms.price, tokens });
  const { epoch } = await (await settlement()).epoch();
  const payer = wallet.address;
  const { modelId } = terms;
  const id = `${known.genesisHash}/${channelKey({ payer, modelId, epoch })}`.toLowerCase();
  await navigator.locks.request('tributary-vouchers', async () => {
    const before = await database().vouchers.get(id);
    const { voucher, channel } = nextVoucher({
      channel: before?.channel as Channel | undefined,
      payer,
      modelId,
      epoch,
      amount,
      receiptDigest: `0x${receiptDigest}`,
    });
    const signed: SignedVoucher = await signVoucher({
      deployment: known,
      voucher,
      channel,
      key: { address: key.address as Hex, privateKey: key.privateKey as Hex },
    });
    await guardWrite(() =>
      database().vouchers.put({
        id,
        payer,
        modelId,
        epoch: epoch.toString(),
        cumulative: channel.cumulative,
        channel,
        signed,
        announced: 'no',
        updatedAt: Date.now(),
      }),
    );
  });
  setRevision((count) => count + 1);
  return { voucherId: id, amount };
}
