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
    expect(added).toStrictEqual([
      {
        chainId: '0xa',
        chainName: 'Somewhere',
        rpcUrls: ['https://rpc.example'],
        nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      },
    ]);
  });

  test('some wallets say one level down that they do not know a chain; what they say otherwise is no such thing', async () => {
    let chainId = '0x1';
    const switching = (refusal: unknown) =>
      scripted({
        eth_requestAccounts: [account],
        eth_chainId: () => chainId,
        wallet_switchEthereumChain: () => {
          throw refusal;
        },
        wallet_addEthereumChain: () => {
          chainId = '0xa';
        },
      });
    const nested = switching({ code: -32603, data: { originalError: { code: 4902 } } });
    await (await connectWallet({ wallet: nested.wallet, deployment })).chain?.switch();
    expect(nested.asked).toContain('wallet_addEthereumChain');
    chainId = '0x1';
    for (const refusal of [
      { code: -32603, message: 'busy' },
      { code: -32603, message: 'busy', data: {} },
    ]) {
      const { wallet, asked } = switching(refusal);
      const { chain } = await connectWallet({ wallet, deployment });
      await expect(chain?.switch()).rejects.toMatchObject({
        code: 'WALLET_FAILED',
        message: 'busy',
        facts: { wallet: 'Example', rpcCode: -32603 },
      });
      expect(asked).not.toContain('wallet_addEthereumChain');
    }
  });

  test('switches to the chain by its number, and tells which one the wallet is on', async () => {
    let chainId = '0x1';
    const switched: unknown[] = [];
    const { wallet } = scripted({
      eth_requestAccounts: [account],
      eth_chainId: () => chainId,
      wallet_switchEthereumChain: (params: unknown) => {
        switched.push(params);
        chainId = '0xa';
      },
    });
    const { chain } = await connectWallet({ wallet, deployment });
    expect(await chain?.id()).toBe(1);
    await chain?.switch();
    expect(await chain?.id()).toBe(10);
    // It is there already.
    await chain?.switch();
    expect(switched).toStrictEqual([[{ chainId: '0xa' }]]);
  });

  test('hands the wallet what it signs and sends, and nothing that was not asked for', async () => {
    const asked: Record<string, unknown> = {};
    const note = (method: string) => (params: unknown) => {
      asked[method] = params;
      return '0x12';
    };
    const { wallet } = scripted({
      eth_requestAccounts: [account],
      eth_chainId: '0xa',
      personal_sign: note('personal_sign'),
      eth_signTypedData_v4: note('eth_signTypedData_v4'),
      eth_sendTransaction: note('eth_sendTransaction'),
    });
    const connected = await connectWallet({ wallet, deployment });
    const { address } = connected;
    expect(connected).toMatchObject({ id: 'org.example', name: 'Example' });
    expect(await connected.signMessage(Uint8Array.of(1, 255))).toBe('0x12');
    expect(asked['personal_sign']).toStrictEqual(['0x01ff', address]);
    const typed = {
      domain: { name: 'Open', chainId: 10 },
      types: { A: [{ name: 'value', type: 'uint256' }] },
      primaryType: 'A',
      message: { value: 5n },
    } as const;
    expect(await connected.signTypedData(typed)).toBe('0x12');
    const [by, text] = asked['eth_signTypedData_v4'] as readonly [string, string];
    expect(by).toBe(address);
    expect(JSON.parse(text)).toStrictEqual({
      domain: { name: 'Open', chainId: 10 },
      message: { value: '5' },
      primaryType: 'A',
      types: {
        A: [{ name: 'value', type: 'uint256' }],
        EIP712Domain: [
          { name: 'name', type: 'string' },
          { name: 'chainId', type: 'uint256' },
        ],
      },
    });
    expect(await connected.sendTransaction({ to: account, data: '0xab' })).toBe('0x12');
    expect(asked['eth_sendTransaction']).toStrictEqual([{ from: address, to: account, data: '0xab' }]);
    await connected.sendTransaction({ to: account, data: '0xab', gas: 21_000n });
    expect(asked['eth_sendTransaction']).toStrictEqual([{ from: address, to: account, data: '0xab', gas: '0x5208' }]);
  });

  test('signs no typed data for another chain than the deployment’s', async () => {
    const { wallet, asked } = scripted({
      eth_requestAccounts: [account],
      eth_chainId: '0x1',
      wallet_switchEthereumChain: null,
    });
    const connected = await connectWallet({ wallet, deployment });
    const typed = { domain: {}, types: { A: [] }, primaryType: 'A', message: {} } as const;
    await expect(connected.signTypedData(typed)).rejects.toMatchObject({ code: 'WALLET_WRONG_CHAIN' });
    expect(asked).not.toContain('eth_signTypedData_v4');
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
    emit('accountsChanged', []);
    emit('disconnect', {});
    expect(changes).toEqual([
      { kind: 'account', address: testAccount },
      { kind: 'disconnected' },
      { kind: 'chain', chainId: 42 },
      { kind: 'disconnected' },
    ]);
  });
});

test('a wallet that reports no changes is connected all the same', async () => {
  const { wallet } = scripted({ eth_requestAccounts: [account] });
  const { on: _, removeListener: __, ...silent } = wallet.provider;
  const connected = await connectWallet({ wallet: { ...wallet, provider: silent }, deployment });
  connected.onChange(() => undefined)();
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
