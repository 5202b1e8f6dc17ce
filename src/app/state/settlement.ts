// The chain and the wallet, loaded by the first room that needs them. Reads work without a wallet. The wallet that was
// used last is connected again silently; a burner wallet exists on the local chain 31337 only. The chain is asked nothing before
// a wallet is connected or somebody wants to know something of it.
import { createSignal } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';
// A listener and no more, for rooms that offer wallets at once: the index would bring the rest with it.
import { discoverWallets } from '../../settlement/discoverWallets.ts';
import type {
  AnnouncedWallet,
  ChainHealth,
  ConnectedWallet,
  Deployment,
  EventRecord,
  Hex,
  Settlement,
} from '../../settlement/index.ts';
import { deleteSetting, eventTables, readSetting, writeSetting } from '../../store/index.ts';
import { config } from './config.ts';
import { ledgers } from './ledgers.ts';
import { settingKeys } from './settingKeys.ts';

export const LOCAL_CHAIN_ID = 31337;

export interface WalletView {
  /** `none`: nothing connected (yet). */
  readonly status: 'none' | 'connecting' | 'connected';
  readonly wallet?: ConnectedWallet;
  /** Wallets that announced themselves by EIP-6963. */
  readonly announced: readonly AnnouncedWallet[];
  readonly error?: unknown;
  /** The wallet is on another chain than the deployment. */
  readonly wrongChain?: boolean;
}

const [view, setView] = createSignal<WalletView>({ status: 'none', announced: [] });
const [health, setHealth] = createSignal<ChainHealth | { readonly state: 'none' | 'unknown' }>({ state: 'unknown' });
/** Wallets announced, wallet connected. */
export const walletView = view;
/** The chain's state as last seen by `checkChain`; `none` without a deployment. */
export const chainHealth = health;

let rpcUrl: string | undefined;
let opened: Promise<Settlement> | undefined;
let discovery: { stop(): void } | undefined;

/** The deployment with the person's own RPC address, or undefined where no chain is configured. */
export async function deployment(): Promise<Deployment | undefined> {
  const configured = config().deployment;
  if (configured === null) return undefined;
  rpcUrl ??= (await readSetting<string>(settingKeys.rpcUrl)) ?? configured.rpcUrl;
  return { ...configured, rpcUrl };
}

/** Whether a chain is configured at all. */
export function hasChain(): boolean {
  return config().deployment !== null;
}

/** Whether this is the local test chain, where faucet and burner wallet exist. */
export function isLocalChain(): boolean {
  return config().deployment?.chainId === LOCAL_CHAIN_ID;
}

/** Sets (undefined: resets) the RPC address and opens the chain again with it. */
export async function setRpcUrl(url: string | undefined): Promise<void> {
  if (url === undefined) await deleteSetting(settingKeys.rpcUrl);
  else await writeSetting(settingKeys.rpcUrl, url);
  rpcUrl = url;
  opened = undefined;
  await checkChain();
}

async function open(): Promise<Settlement> {
  const known = await deployment();
  if (known === undefined) {
    throw new TributaryError({
      code: 'APP_NO_CHAIN',
      message: 'This copy of Tributary is not connected to a chain.',
      hint: 'Chat works without one. `npm start` brings a local chain; a maintainer can name a public one in config.json.',
    });
  }
  const { openSettlement } = await import('../../settlement/index.ts');
  const { wallet } = view();
  return openSettlement({ deployment: known, wallet, ledgerSource: ledgers.read, tables: eventTables<EventRecord>() });
}

/** Reads and writes on the configured chain, with the connected wallet if there is one. Throws `APP_NO_CHAIN`. */
export function settlement(): Promise<Settlement> {
  if (opened === undefined) {
    opened = open();
    opened.catch(() => {
      opened = undefined;
    });
  }
  return opened;
}

/** Asks the chain how it is and shows it in the frame. */
export async function checkChain(): Promise<ChainHealth | { readonly state: 'none' | 'unknown' }> {
  if (!hasChain()) setHealth({ state: 'none' });
  else setHealth(await (await settlement()).health());
  return health();
}

function adopt(wallet: ConnectedWallet): void {
  opened = undefined;
  setView((before) => ({ status: 'connected', wallet, announced: before.announced }));
  // For the frame. Whoever needs the chain hears of its trouble from the chain itself.
  checkChain().catch(() => setHealth({ state: 'unknown' }));
  wallet.onChange((change) => {
    if (view().wallet !== wallet) return;
    if (change.kind === 'disconnected') void disconnectWallet();
    else if (change.kind === 'account') void reconnect();
    else setView((before) => ({ ...before, wrongChain: change.chainId !== config().deployment?.chainId }));
  });
}

/** Listens for wallets (EIP-6963) and connects the one used last without asking. Safe to call often. */
export async function discover(): Promise<void> {
  if (discovery !== undefined || !hasChain()) return;
  discovery = discoverWallets({
    onChange: (wallets: readonly AnnouncedWallet[]) => {
      setView((before) => ({ ...before, announced: wallets }));
      if (view().status === 'none') void reconnect();
    },
  });
  await reconnect();
}

/** Whether a wallet was connected in this browser and not disconnected since. */
export async function isWalletRemembered(): Promise<boolean> {
  return hasChain() && (await readSetting<string>(settingKeys.wallet)) !== undefined;
}

/** Connects the remembered wallet again, without a prompt. Does nothing when there is none. */
async function reconnect(): Promise<void> {
  const remembered = await readSetting<string>(settingKeys.wallet);
  if (remembered === undefined) return;
  if (remembered === 'burner') {
    if (isLocalChain()) await connectBurner();
    return;
  }
  const wallet = view().announced.find((candidate) => candidate.rdns === remembered);
  if (wallet !== undefined) await connectInjected(wallet, true);
}

/** Connects an announced wallet. Throws `WALLET_REJECTED` when the person says no. */
export async function connectInjected(wallet: AnnouncedWallet, silent = false): Promise<ConnectedWallet | undefined> {
  const known = await deployment();
  if (known === undefined) return undefined;
  setView((before) => ({ status: 'connecting', announced: before.announced }));
  try {
    const { connectWallet } = await import('../../settlement/index.ts');
    const connected = await connectWallet({ wallet, deployment: known, silent });
    await writeSetting(settingKeys.wallet, wallet.rdns);
    adopt(connected);
    return connected;
  } catch (error) {
    setView((before) => ({ status: 'none', announced: before.announced, ...(silent ? {} : { error }) }));
    if (silent) return undefined;
    throw error;
  }
}

/** The test wallet whose key lies in this browser; made at the first call. Local chain only. */
export async function connectBurner(): Promise<ConnectedWallet> {
  const known = await deployment();
  if (known === undefined || !isLocalChain()) {
    throw new TributaryError({
      code: 'BURNER_LOCAL_ONLY',
      message: 'A test wallet exists on the local chain only.',
      facts: { chainId: known?.chainId ?? null },
      hint: 'Connect a wallet of your own.',
    });
  }
  const { burnerWallet, createBurnerKey } = await import('../../settlement/index.ts');
  let privateKey = await readSetting<Hex>(settingKeys.burnerKey);
  if (privateKey === undefined) {
    privateKey = createBurnerKey();
    await writeSetting(settingKeys.burnerKey, privateKey);
  }
  const wallet = burnerWallet({ deployment: known, privateKey });
  await writeSetting(settingKeys.wallet, 'burner');
  adopt(wallet);
  return wallet;
}

/** Hexadecimal; undefined where none was created. Whoever holds it holds the burner wallet. */
export function burnerPrivateKey(): Promise<string | undefined> {
  return readSetting<string>(settingKeys.burnerKey);
}

/** Forgets the connection; a burner key stays in this browser. */
export async function disconnectWallet(): Promise<void> {
  opened = undefined;
  await deleteSetting(settingKeys.wallet);
  setView((before) => ({ status: 'none', announced: before.announced }));
}
