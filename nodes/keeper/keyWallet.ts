// A wallet for a program: a private key in its memory, on any chain. Sends one transaction after the other.
import { createWalletClient, defineChain, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { ConnectedWallet, Deployment, Hex } from '../../src/settlement/index.ts';

export function keyWallet({
  deployment: { chainId, chainName, rpcUrl },
  privateKey,
}: {
  readonly deployment: Pick<Deployment, 'chainId' | 'chainName' | 'rpcUrl'>;
  readonly privateKey: Hex;
}): ConnectedWallet {
  const account = privateKeyToAccount(privateKey);
  const chain = defineChain({
    id: chainId,
    name: chainName,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const client = createWalletClient({ account, chain, transport: http(rpcUrl) });
  return {
    kind: 'injected',
    id: 'key',
    name: 'Private key',
    address: account.address,
    signMessage: (bytes) => account.signMessage({ message: { raw: bytes } }),
    signTypedData: (typedData) => account.signTypedData(typedData),
    sendTransaction: (request) => client.sendTransaction(request),
    onChange: () => () => undefined,
  };
}
