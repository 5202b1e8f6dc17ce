// Connecting a wallet, as its screens say it: a refusal, the wrong chain at once, a chain that dies after it was ready.
import type { JSX } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { deleteSetting, writeSetting } from '../../store/index.ts';
import { setConfig } from '../state/config.ts';
import { settingKeys } from '../state/settingKeys.ts';
import { chainHealth, checkChain, disconnectWallet, discover, walletView } from '../state/settlement.ts';
import { WalletChoice } from './WalletChoice.tsx';
import { WrongChain } from './WrongChain.tsx';

const address = (digit: number): string => `0x${String(digit).repeat(40)}`;
const genesisHash = `0x${'a'.repeat(64)}`;
const names = ['openToken', 'datanetRegistry', 'modelRegistry', 'inferenceEscrow', 'rewardsDistributor', 'governor'];
const addresses = Object.fromEntries(
  [...names, 'timelock', 'addressBook', 'multicall3'].map((name) => [name, address(1)]),
);
const deployment = {
  chainId: 10,
  chainName: 'Somewhere',
  rpcUrl: 'https://rpc.invalid/',
  genesisHash,
  fromBlock: 0,
  addresses,
  profile: { epochSeconds: 60, graceSeconds: 15, windowSeconds: 30, thawSeconds: 120 },
  datanets: [],
  models: [],
};

/** Whether the chain's server answers. */
let alive = true;
const block = { number: '0x7', hash: genesisHash, timestamp: '0x1', transactions: [] };
const chainAnswers: Readonly<Record<string, unknown>> = {
  eth_chainId: '0xa',
  eth_getBlockByNumber: block,
  eth_getCode: '0x01',
  eth_blockNumber: '0x7',
};
const realFetch = globalThis.fetch;

/** A wallet that announces itself; `answers` are its answers, errors are thrown. */
function announce(name: string, answers: Record<string, unknown>): void {
  const provider = {
    async request({ method }: { method: string }) {
      const answer = typeof answers[method] === 'function' ? (answers[method] as () => unknown)() : answers[method];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const detail = { info: { uuid: name, rdns: `org.${name}`, name, icon: '' }, provider };
  dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
}

let dispose: () => void = () => undefined;
function mount(room: () => JSX.Element): void {
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(room, root);
}

beforeEach(() => {
  alive = true;
  setConfig({ deployment });
  globalThis.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    if (url !== deployment.rpcUrl) return realFetch(input, init);
    if (!alive) throw new TypeError('Failed to fetch');
    const body = input instanceof Request ? await input.clone().text() : String(init?.body);
    const { id, method } = JSON.parse(body) as { id: number; method: string };
    return Response.json({ jsonrpc: '2.0', id, result: chainAnswers[method] ?? null });
  }) as typeof fetch;
});
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  globalThis.fetch = realFetch;
  await disconnectWallet();
  await deleteSetting(settingKeys.wallet);
});

test('a refusal in the wallet is said, and the button stays', async () => {
  mount(() => <WalletChoice />);
  // Resolves when the page listens for wallets.
  await discover();
  announce('refuser', { eth_requestAccounts: Object.assign(new Error('no'), { code: 4001 }) });
  await page.getByRole('button', { name: 'Connect refuser' }).click();
  await expect.element(page.getByText('you declined it there', { exact: false })).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Connect refuser' })).toBeEnabled();
});

test('a wallet on another chain is told so when it connects, with the switch', async () => {
  let chainId = '0x1';
  mount(() => (
    <>
      <WalletChoice />
      <WrongChain />
    </>
  ));
  await discover();
  announce('wanderer', {
    eth_requestAccounts: [address(2)],
    eth_accounts: [address(2)],
    eth_chainId: () => chainId,
    wallet_switchEthereumChain: () => {
      chainId = '0xa';
      return null;
    },
  });
  await page.getByRole('button', { name: 'Connect wanderer' }).click();
  await page.getByRole('button', { name: 'Switch to Somewhere' }).click();
  await expect.poll(() => walletView().wrongChain).toBe(false);
  expect(chainId).toBe('0xa');
  await expect.element(page.getByText('on another chain', { exact: false })).not.toBeInTheDocument();
});

test('a wallet that another tab disconnects is disconnected here', async () => {
  mount(() => <WalletChoice />);
  await discover();
  announce('shared', { eth_requestAccounts: [address(2)], eth_accounts: [address(2)], eth_chainId: '0xa' });
  await page.getByRole('button', { name: 'Connect shared' }).click();
  await expect.poll(() => walletView().status).toBe('connected');
  await deleteSetting(settingKeys.wallet);
  await expect.poll(() => walletView().status).toBe('none');
  // And connected when it connects there.
  await writeSetting(settingKeys.wallet, 'org.shared');
  await expect.poll(() => walletView().status).toBe('connected');
});

test('a chain that was ready and is dead is not shown as ready', async () => {
  await checkChain();
  expect(chainHealth().state).toBe('ready');
  alive = false;
  await checkChain();
  expect(chainHealth().state).toBe('unreachable');
  alive = true;
  // The page asks again by itself when the connection comes back.
  dispatchEvent(new Event('online'));
  await discover();
});
