// A wallet whose key lives in this browser, for the local chain only: everything works before any wallet is installed.
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { sendTransaction } from 'viem/actions';
import { TributaryError } from '../lib/errors.ts';
import { chainClient } from './client/chainClient.ts';
import { LOCAL_CHAIN_ID } from './localChain.ts';
import { settlementError } from './settlementError.ts';
import type { Deployment } from './types/deployment.ts';
import type { Hex } from './types/hex.ts';
import type { ConnectedWallet } from './types/wallet.ts';

export function createBurnerKey(): Hex {
  return generatePrivateKey();
}

/** Throws `BURNER_LOCAL_ONLY` on any chain but 31337: a key stored by a page must not control real money. */
export function burnerWallet({
  deployment,
  privateKey,
}: {
  readonly deployment: Deployment;
  readonly privateKey: Hex;
}): ConnectedWallet {
  if (deployment.chainId !== LOCAL_CHAIN_ID) {
    throw new TributaryError({
      code: 'BURNER_LOCAL_ONLY',
      message: 'The built-in wallet works on the local chain only.',
      facts: { chainId: deployment.chainId, local: LOCAL_CHAIN_ID },
      hint: 'Install a wallet and connect it.',
    });
  }
  const account = privateKeyToAccount(privateKey);
  const client = chainClient(deployment);
  const guarded = async <Value>(action: () => Promise<Value>): Promise<Value> => {
    try {
      return await action();
    } catch (error) {
      throw settlementError(error, { wallet: 'burner' });
    }
  };
  // One after the other: two transactions sent at once would be given the same nonce.
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <Value>(action: () => Promise<Value>): Promise<Value> => {
    const next = last.then(action, action);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    kind: 'burner',
    id: 'burner',
    name: 'Local wallet',
    address: account.address,
    signMessage: (bytes) => account.signMessage({ message: { raw: bytes } }),
    signTypedData: (typedData) => account.signTypedData(typedData),
    sendTransaction: (request) =>
      inOrder(() => guarded(() => sendTransaction(client, { account, chain: client.chain, ...request }))),
    onChange: () => () => undefined,
  };
}
