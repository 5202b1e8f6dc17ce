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
  Settlement,
} from '../../settlement/index.ts';
import { deleteSetting, eventTables, liveQuery, readSetting, writeSetting } from '../../store/index.ts';
import { config } from './config.ts';
import { ledgers } from './ledgers.ts';
import { isSharedOrigin, requireOwnOrigin } from './ownOrigin.ts';
import { settingKeys } from './settingKeys.ts';

export const LOCAL_CHAIN_ID = 31337;

export interface WalletView {
  /** `none`: nothing connected (yet). */
  readonly status: 'none' | 'connecting' | 'connected';
  readonly wallet?: ConnectedWallet;
  /** Wallets that announced themselves by EIP-6963. */
  readonly announced: readonly AnnouncedWallet[];
  readonly error?: unknown;
  /** The wallet is on another chain than the deployment; undefined while that is not known. */
  readonly wrongChain?: boolean;
}

const [view, setView] = createSignal<WalletView>({ status: 'none', announced: [] });
const [health, setHealth] = createSignal<ChainHealth | { readonly state: 'none' | 'unknown' }>({ state: 'unknown' });
/** Wallets announced, wallet connected. */
export const walletView = view;
/** The chain's state as last seen by `checkChain`; `none` without a deployment. */
export const chainHealth = health;

/** A server that takes longer is shown as away. */
const HEALTH_MILLISECONDS = 8_000;
/** How often the state is asked again while the page is seen: what is shown must not be older. */
const HEALTH_INTERVAL = 20_000;

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

/** Asks the chain how it is and shows it in the frame, within a bounded time. Never throws: what fails is a state. */
export async function checkChain(): Promise<ChainHealth | { readonly state: 'none' | 'unknown' }> {
  if (!hasChain()) setHealth({ state: 'none' });
  else {
    watchChain();
    const known = opened;
    let found: ChainHealth;
    try {
      found = await (await settlement()).health({ signal: AbortSignal.timeout(HEALTH_MILLISECONDS) });
    } catch {
      found = { state: 'unreachable' };
    }
    // Another address may have been set meanwhile.
    if (known === undefined || known === opened) setHealth(found);
  }
  return health();
}

let isWatched = false;

/** Keeps asking while the page is visible, and at once when it becomes visible again or the connection changes. */
function watchChain(): void {
  if (isWatched) return;
  isWatched = true;
  const look = (): void => {
    if (!document.hidden && opened !== undefined) void checkChain();
  };
  setInterval(look, HEALTH_INTERVAL);
  document.addEventListener('visibilitychange', look);
  for (const event of ['online', 'offline']) addEventListener(event, look);
}

function adopt(wallet: ConnectedWallet): void {
  opened = undefined;
  setView((before) => ({ status: 'connected', wallet, announced: before.announced }));
  // For the frame. Whoever needs the chain hears of its trouble from the chain itself.
  void checkChain();
  const noteChain = (chainId: number): void => {
    if (view().wallet !== wallet) return;
    setView((before) => ({ ...before, wrongChain: chainId !== config().deployment?.chainId }));
  };
  // A wallet that does not say is asked at the next transaction.
  wallet.chain?.id().then(noteChain, () => undefined);
  wallet.onChange((change) => {
    if (view().wallet !== wallet) return;
    if (change.kind === 'disconnected') void disconnectWallet();
    else if (change.kind === 'account') void reconnect();
    else noteChain(change.chainId);
  });
}

/** Asks the connected wallet to change to this page's chain. Throws `WALLET_REJECTED`, `WALLET_WRONG_CHAIN`. */
export async function switchWalletChain(): Promise<void> {
  const { wallet } = view();
  await wallet?.chain?.switch();
  if (view().wallet === wallet) setView((before) => ({ ...before, wrongChain: false }));
}

/** Connects or disconnects as another tab did. */
function followOtherTabs(): void {
  liveQuery(() => readSetting<string>(settingKeys.wallet)).subscribe({
    next(remembered) {
      const { status, wallet } = view();
      if (remembered === undefined && wallet !== undefined) void disconnectWallet();
      else if (remembered !== undefined && status === 'none') void reconnect().catch(() => undefined);
    },
    // Without storage nothing is remembered, and nothing can be followed.
    error: () => undefined,
  });
}

/**
 * Listens for wallets (EIP-6963) and connects the one used last without asking. Safe to call often. Does nothing at an address that
 * is shared with other sites.
 */
export async function discover(): Promise<void> {
  if (discovery !== undefined || !hasChain()) return;
  if (isSharedOrigin(location.href)) return;
  discovery = discoverWallets({
    onChange: (wallets: readonly AnnouncedWallet[]) => {
      setView((before) => ({ ...before, announced: wallets }));
      if (view().status === 'none') void reconnect().catch(() => undefined);
    },
  });
  await reconnect().finally(followOtherTabs);
}

/** Whether a wallet was connected in this browser and not disconnected since. */
export async function isWalletRemembered(): Promise<boolean> {
  return hasChain() && (await readSetting<string>(settingKeys.wallet)) !== undefined;
}

/** Connects the remembered wallet again, without a prompt. Does nothing when there is none. Throws `KEYS_LOCKED`. */
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

/** Connects an announced wallet. Throws `WALLET_REJECTED` when the person says no, `APP_SHARED_ORIGIN`. */
export async function connectInjected(wallet: AnnouncedWallet, silent = false): Promise<ConnectedWallet | undefined> {
  requireOwnOrigin();
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

/** The test wallet whose key lies in this browser; made at the first call. Local chain only. Throws `APP_SHARED_ORIGIN`, `KEYS_LOCKED`. */
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
  const [{ burnerWallet }, privateKey] = await Promise.all([
    import('../../settlement/index.ts'),
    import('./keys.ts').then(({ ownKey }) => ownKey()),
  ]);
  const wallet = burnerWallet({ deployment: known, privateKey });
  await writeSetting(settingKeys.wallet, 'burner');
  adopt(wallet);
  return wallet;
}

/** Forgets the connection; a burner key stays in this browser. */
export async function disconnectWallet(): Promise<void> {
  opened = undefined;
  await deleteSetting(settingKeys.wallet);
  setView((before) => ({ status: 'none', announced: before.announced }));
}
