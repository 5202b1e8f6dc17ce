// Wallets by a scripted provider: what is asked, in which order, and what each refusal becomes.
import { describe, expect, test } from 'vitest';
import { burnerWallet, createBurnerKey } from './burnerWallet.ts';
import { connectWallet } from './connectWallet.ts';
import { discoverWallets } from './discoverWallets.ts';
import { ledgerCid } from './ledgerCid.ts';
import type { Deployment } from './types/deployment.ts';
import type { AnnouncedWallet, Eip1193Provider } from './types/wallet.ts';

const account = '0x00000000000000000000000000000000000000aa';
const testAccount = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const deployment = {
  chainId: 10,
  chainName: 'Somewhere',
  rpcUrl: 'https://rpc.example',
  addresses: { multicall3: account },
} as unknown as Deployment;

type Answers = Record<string, unknown>;

/** A provider that answers from a table (functions are called, errors thrown) and records what it was asked. */
function scripted(answers: Answers): {
  wallet: AnnouncedWallet;
  asked: string[];
  emit: (event: string, value: unknown) => void;
} {
  const asked: string[] = [];
  const listeners = new Map<string, Set<(value: never) => void>>();
  const provider: Eip1193Provider = {
    async request({ method, params }) {
      asked.push(method);
      const answer = answers[method];
      if (answer instanceof Error) throw answer;
      return typeof answer === 'function' ? answer(params) : answer;
    },
    on: (event, listener) => void (listeners.get(event) ?? listeners.set(event, new Set()).get(event))?.add(listener),
    removeListener: (event, listener) => void listeners.get(event)?.delete(listener),
  };
  const wallet = { uuid: '1', rdns: 'org.example', name: 'Example', icon: '', provider };
  const emit = (event: string, value: unknown): void =>
    listeners.get(event)?.forEach((listener) => void listener(value as never));
  return { wallet, asked, emit };
}

const coded = (code: number): Error => Object.assign(new Error(`code ${code}`), { code });

describe('connectWallet', () => {
  test('asks for an account and sends on the right chain without asking to change it', async () => {
    const { wallet, asked } = scripted({
      eth_requestAccounts: [account],
      eth_chainId: '0xa',
      eth_sendTransaction: '0x12',
    });
    const connected = await connectWallet({ wallet, deployment });
    expect(connected).toMatchObject({
      kind: 'injected',
      id: 'org.example',
      address: '0x00000000000000000000000000000000000000AA',
    });
    expect(await connected.sendTransaction({ to: account, data: '0x' })).toBe('0x12');
    expect(asked).toEqual(['eth_requestAccounts', 'eth_chainId', 'eth_sendTransaction']);
  });

  test('adds a chain that the wallet does not know', async () => {
    let chainId = '0x1';
    let added: unknown;
    const { wallet, asked } = scripted({
      eth_requestAccounts: [account],
      eth_chainId: () => chainId,
      wallet_switchEthereumChain: coded(4902),
      wallet_addEthereumChain: (params: unknown) => {
        added = params;
        chainId = '0xa';
      },
      eth_sendTransaction: '0x12',
    });
    const connected = await connectWallet({ wallet, deployment });
    await connected.sendTransaction({ to: account, data: '0x' });
    expect(asked.slice(1)).toEqual([
      'eth_chainId',
      'wallet_switchEthereumChain',
      'wallet_addEthereumChain',
      'eth_chainId',
      'eth_sendTransaction',
    ]);
    expect(added).toMatchObject([{ chainId: '0xa', chainName: 'Somewhere', rpcUrls: ['https://rpc.example'] }]);
  });

  test('names a wallet that stays on another chain, and sends nothing', async () => {
    const { wallet, asked } = scripted({
      eth_requestAccounts: [account],
      eth_chainId: '0x1',
      wallet_switchEthereumChain: null,
    });
    const connected = await connectWallet({ wallet, deployment });
    await expect(connected.sendTransaction({ to: account, data: '0x' })).rejects.toMatchObject({
      code: 'WALLET_WRONG_CHAIN',
      facts: { chainId: 1, expected: 10 },
    });
    expect(asked).not.toContain('eth_sendTransaction');
  });

  test('a “no” is a refusal at every step', async () => {
    const no = coded(4001);
    await expect(
      connectWallet({ wallet: scripted({ eth_requestAccounts: no }).wallet, deployment }),
    ).rejects.toMatchObject({ code: 'WALLET_REJECTED' });
    const answers = {
      eth_requestAccounts: [account],
      eth_chainId: '0xa',
      personal_sign: no,
      eth_signTypedData_v4: no,
      eth_sendTransaction: no,
    };
    const connected = await connectWallet({ wallet: scripted(answers).wallet, deployment });
    await expect(connected.signMessage(new Uint8Array(1))).rejects.toMatchObject({ code: 'WALLET_REJECTED' });
    await expect(connected.sendTransaction({ to: account, data: '0x' })).rejects.toMatchObject({
      code: 'WALLET_REJECTED',
    });
    const typed = { domain: {}, types: { A: [] }, primaryType: 'A', message: {} } as const;
    await expect(connected.signTypedData(typed)).rejects.toMatchObject({ code: 'WALLET_REJECTED' });
    const elsewhere = { eth_requestAccounts: [account], eth_chainId: '0x1', wallet_switchEthereumChain: no };
    const other = await connectWallet({ wallet: scripted(elsewhere).wallet, deployment });
    await expect(other.sendTransaction({ to: account, data: '0x' })).rejects.toMatchObject({ code: 'WALLET_REJECTED' });
  });

  test('reconnects silently only to an account that was allowed before', async () => {
    const { wallet, asked } = scripted({ eth_accounts: [] });
    await expect(connectWallet({ wallet, deployment, silent: true })).rejects.toMatchObject({ code: 'WALLET_LOCKED' });
    expect(asked).toEqual(['eth_accounts']);
  });

  test('refuses the public test accounts everywhere but on the local chain', async () => {
    const { wallet } = scripted({ eth_requestAccounts: [testAccount.toLowerCase()] });
    await expect(connectWallet({ wallet, deployment })).rejects.toMatchObject({
      code: 'WALLET_TEST_KEY',
      facts: { chainId: 10 },
    });
    const local = { ...deployment, chainId: 31337 };
    expect((await connectWallet({ wallet, deployment: local })).address).toBe(testAccount);
  });

  test('reports changes until told to stop', async () => {
    const { wallet, emit } = scripted({ eth_requestAccounts: [account] });
    const connected = await connectWallet({ wallet, deployment });
    const changes: unknown[] = [];
    const stop = connected.onChange((change) => changes.push(change));
    emit('accountsChanged', [testAccount.toLowerCase()]);
    emit('accountsChanged', []);
    emit('chainChanged', '0x2a');
    emit('disconnect', {});
    stop();
    emit('chainChanged', '0x1');
    expect(changes).toEqual([
      { kind: 'account', address: testAccount },
      { kind: 'disconnected' },
      { kind: 'chain', chainId: 42 },
      { kind: 'disconnected' },
    ]);
  });
});

describe('burnerWallet', () => {
  test('exists on the local chain only', () => {
    expect(() => burnerWallet({ deployment, privateKey: createBurnerKey() })).toThrow(
      expect.objectContaining({ code: 'BURNER_LOCAL_ONLY' }),
    );
    const local = { ...deployment, chainId: 31337 };
    expect(burnerWallet({ deployment: local, privateKey: createBurnerKey() })).toMatchObject({ kind: 'burner' });
  });
});

describe('discoverWallets', () => {
  const announce = (target: EventTarget, detail: unknown): void => {
    target.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  };
  const { provider } = scripted({}).wallet;
  const info = { uuid: 'u1', rdns: 'org.example', name: 'Example', icon: 'data:image/svg+xml,x' };

  test('asks, listens, and lists each wallet once', () => {
    const target = new EventTarget();
    target.addEventListener('eip6963:requestProvider', () => announce(target, { info, provider }));
    const lists: number[] = [];
    const discovery = discoverWallets({ target, onChange: (wallets) => lists.push(wallets.length) });
    // It was asked.
    expect(lists).toEqual([1]);
    expect(discovery.wallets()).toStrictEqual([{ ...info, provider }]);
    announce(target, { info, provider });
    announce(target, { info: { ...info, uuid: 'u2', icon: 'javascript:alert(1)' }, provider });
    announce(target, { info: { uuid: 'u3' }, provider });
    announce(target, null);
    expect(lists).toEqual([1, 2]);
    expect(discovery.wallets().map(({ uuid, icon }) => [uuid, icon])).toEqual([
      ['u1', info.icon],
      ['u2', ''],
    ]);
    discovery.stop();
    announce(target, { info: { ...info, uuid: 'u4' }, provider });
    expect(discovery.wallets()).toHaveLength(2);
  });

  test.each<[string, unknown]>([
    ['no information', { provider }],
    ['information that is null', { info: null, provider }],
    ...Object.keys(info).map((field): [string, unknown] => [
      `no ${field}`,
      { info: { ...info, [field]: undefined }, provider },
    ]),
    ...Object.keys(info).map((field): [string, unknown] => [
      `a number for ${field}`,
      { info: { ...info, [field]: 7 }, provider },
    ]),
    ['no provider', { info }],
    ['a provider that is null', { info, provider: null }],
    ['a provider that cannot be asked', { info, provider: {} }],
    ['text', 'wallet'],
    ['nothing', undefined],
  ])('passes over an announcement with %s', (_, detail) => {
    const target = new EventTarget();
    const discovery = discoverWallets({ target });
    announce(target, detail);
    expect(discovery.wallets()).toEqual([]);
    announce(target, { info, provider });
    expect(discovery.wallets()).toHaveLength(1);
  });
});

test('ledgerCid is the raw CIDv1 of a SHA-256', () => {
  // The CID of the empty block.
  expect(ledgerCid('0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')).toBe(
    'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
  );
});
