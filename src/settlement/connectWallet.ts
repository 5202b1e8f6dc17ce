// An announced wallet as a signer: requests an account, switches to the deployment's chain, signs and sends.
import type { TypedDataDefinition } from 'viem';
import { bytesToHex, getAddress, getTypesForEIP712Domain, numberToHex, serializeTypedData } from 'viem';
import { TributaryError } from '../lib/errors.ts';
import { refuseTestKey } from './localChain.ts';
import { settlementError } from './settlementError.ts';
import type { Deployment } from './types/deployment.ts';
import type { Address, Hex } from './types/hex.ts';
import type { AnnouncedWallet, ConnectedWallet, Eip1193Provider, WalletChange } from './types/wallet.ts';

/** Error code of `wallet_switchEthereumChain` (EIP-3326) for a chain that the wallet does not have. */
const UNKNOWN_CHAIN = 4902;

async function chainIdOf(provider: Eip1193Provider): Promise<number> {
  return Number(await provider.request({ method: 'eth_chainId' }));
}

/**
 * Switches the wallet to the deployment's chain, adding the chain first where the wallet does not have it. Throws
 * `WALLET_REJECTED` when the user declines, `WALLET_WRONG_CHAIN` when the wallet does not switch.
 */
async function ensureChain(provider: Eip1193Provider, deployment: Deployment): Promise<void> {
  const chainId = numberToHex(deployment.chainId);
  if ((await chainIdOf(provider)) === deployment.chainId) return;
  try {
    await provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId }] });
  } catch (error) {
    // Some wallets wrap the code one level down.
    const { code, data } = error as { code?: number; data?: { originalError?: { code?: number } } };
    if (code !== UNKNOWN_CHAIN && data?.originalError?.code !== UNKNOWN_CHAIN) throw error;
    await provider.request({
      method: 'wallet_addEthereumChain',
      params: [
        {
          chainId,
          chainName: deployment.chainName,
          rpcUrls: [deployment.rpcUrl],
          nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
        },
      ],
    });
  }
  const actual = await chainIdOf(provider);
  if (actual === deployment.chainId) return;
  throw new TributaryError({
    code: 'WALLET_WRONG_CHAIN',
    message: `The wallet is on another chain than ${deployment.chainName}.`,
    facts: { chainId: actual, expected: deployment.chainId, chainName: deployment.chainName },
    hint: `Choose ${deployment.chainName} (chain ${deployment.chainId}) in the wallet and try again.`,
  });
}

/**
 * Requests an account of `wallet`. With `silent` no window opens, and only an account that the user allowed before is returned.
 * Throws `WALLET_REJECTED`, `WALLET_LOCKED` (the wallet returned no account), `WALLET_TEST_KEY`.
 */
export async function connectWallet({
  wallet,
  deployment,
  silent = false,
}: {
  readonly wallet: AnnouncedWallet;
  readonly deployment: Deployment;
  readonly silent?: boolean;
}): Promise<ConnectedWallet> {
  const { provider } = wallet;
  const guarded = async <Value>(action: () => Promise<Value>): Promise<Value> => {
    try {
      return await action();
    } catch (error) {
      throw settlementError(error, { wallet: wallet.name });
    }
  };

  const accounts = await guarded(
    async () =>
      (await provider.request({ method: silent ? 'eth_accounts' : 'eth_requestAccounts' })) as readonly Address[],
  );
  const [first] = accounts;
  if (first === undefined) {
    throw new TributaryError({
      code: 'WALLET_LOCKED',
      message: `${wallet.name} returned no account.`,
      facts: { wallet: wallet.name },
      hint: 'Unlock the wallet and connect again.',
    });
  }
  const address = getAddress(first);
  refuseTestKey(address, deployment.chainId);

  return {
    kind: 'injected',
    id: wallet.rdns,
    name: wallet.name,
    address,
    signMessage: (bytes) =>
      guarded(
        async () => (await provider.request({ method: 'personal_sign', params: [bytesToHex(bytes), address] })) as Hex,
      ),
    signTypedData: (typedData) =>
      guarded(async () => {
        // Wallets refuse typed data for another chain than their current one.
        await ensureChain(provider, deployment);
        // Only domain fields named by the EIP712Domain type are serialized: without it the wallet would sign an empty domain.
        const { domain } = typedData;
        const types = { EIP712Domain: getTypesForEIP712Domain({ domain }), ...typedData.types };
        const params = [address, serializeTypedData({ ...typedData, types } as TypedDataDefinition)];
        return (await provider.request({ method: 'eth_signTypedData_v4', params })) as Hex;
      }),
    sendTransaction: ({ to, data, gas }) =>
      guarded(async () => {
        await ensureChain(provider, deployment);
        const limit = gas === undefined ? {} : { gas: numberToHex(gas) };
        const params = [{ from: address, to, data, ...limit }];
        return (await provider.request({ method: 'eth_sendTransaction', params })) as Hex;
      }),
    chain: {
      id: () => guarded(() => chainIdOf(provider)),
      switch: () => guarded(() => ensureChain(provider, deployment)),
    },
    onChange(listener) {
      const report = (change: WalletChange): void => listener(change);
      const accountsChanged = (next: readonly Address[]): void => {
        const [account] = next;
        report(account === undefined ? { kind: 'disconnected' } : { kind: 'account', address: getAddress(account) });
      };
      const chainChanged = (chainId: string): void => report({ kind: 'chain', chainId: Number(chainId) });
      const disconnected = (): void => report({ kind: 'disconnected' });
      provider.on?.('accountsChanged', accountsChanged);
      provider.on?.('chainChanged', chainChanged);
      provider.on?.('disconnect', disconnected);
      return () => {
        provider.removeListener?.('accountsChanged', accountsChanged);
        provider.removeListener?.('chainChanged', chainChanged);
        provider.removeListener?.('disconnect', disconnected);
      };
    },
  };
}
