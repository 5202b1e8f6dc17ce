// A wallet for a program: a private key in its memory, on any chain. Nobody reads what it signs, so it asks itself what a person
// would: whether this is still the chain that it was started for. A local chain that was started anew has the same number, and its
// contracts may have the same addresses.
import { createWalletClient, defineChain, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createMutex } from '../../src/lib/mutex.ts';
import {
  type ConnectedWallet,
  type Deployment,
  type Hex,
  openSettlement,
  type TransactionRequest,
} from '../../src/settlement/index.ts';
import { requireReady } from '../../src/workflows/requireReady.ts';

/** `sendTransaction` throws what `requireReady` and the RPC server throw, and sends one transaction after the other. */
export function keyWallet({
  deployment,
  privateKey,
}: {
  readonly deployment: Deployment;
  readonly privateKey: Hex;
}): ConnectedWallet {
  const { chainId, chainName, rpcUrl } = deployment;
  const account = privateKeyToAccount(privateKey);
  const chain = defineChain({
    id: chainId,
    name: chainName,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const client = createWalletClient({ account, chain, transport: http(rpcUrl) });
  const settlement = openSettlement({ deployment });
  const turn = createMutex();

  async function send(request: TransactionRequest): Promise<Hex> {
    await requireReady(settlement);
    const prepared = await client.prepareTransactionRequest(request);
    const serializedTransaction = await client.signTransaction(prepared);
    // Nonce and fees took several requests, and what is signed holds on every chain of this number.
    await requireReady(settlement);
    return client.sendRawTransaction({ serializedTransaction });
  }

  return {
    kind: 'injected',
    id: 'key',
    name: 'Private key',
    address: account.address,
    signMessage: (bytes) => account.signMessage({ message: { raw: bytes } }),
    signTypedData: (typedData) => account.signTypedData(typedData),
    async sendTransaction(request) {
      // Two that are prepared at once would be given the same nonce.
      const done = await turn();
      try {
        return await send(request);
      } finally {
        done();
      }
    },
    onChange: () => () => undefined,
  };
}
