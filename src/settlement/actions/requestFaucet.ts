// Test money of the local chain.
import { numberToHex } from 'viem';
import { getBalance } from 'viem/actions';
import { TributaryError } from '../../lib/errors.ts';
import { localFaucetAbi } from '../abi/localFaucet.ts';
import { ask } from '../client/ask.ts';
import type { Confirmation } from '../client/awaitTransaction.ts';
import { requireWallet } from '../client/requireWallet.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import { LOCAL_CHAIN_ID } from '../localChain.ts';
import type { Address } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface RequestFaucetParameters extends WriteOptions {
  readonly address: Address;
}

export type RequestFaucetReturnType = Confirmation;

export type RequestFaucetErrorType = WriteErrorType | 'FAUCET_LOCAL_ONLY' | ContractErrorCode<'HoldsEnough'>;

/** 10 coins. */
const FAUCET_NATIVE = 10n * 10n ** 18n;

/** Gives `address` gas money and 1,000 OPEN, on the local chain only. */
export async function requestFaucet(
  client: SettlementClient,
  { address, ...options }: RequestFaucetParameters,
): Promise<RequestFaucetReturnType> {
  const { rpc, deployment } = client;
  const { faucet } = deployment.addresses;
  if (deployment.chainId !== LOCAL_CHAIN_ID || faucet === undefined) {
    throw new TributaryError({
      code: 'FAUCET_LOCAL_ONLY' satisfies RequestFaucetErrorType,
      message: 'Test money exists on the local chain only.',
      facts: { chainId: deployment.chainId },
      hint: 'Buy or receive OPEN on this chain.',
    });
  }
  // anvil sets balances by RPC; without gas money a new account could not even call the faucet.
  const method = 'anvil_setBalance' as never;
  for (const account of new Set([address, requireWallet(client).address])) {
    const balance = await ask(() => getBalance(rpc, { address: account }), options);
    if (balance >= FAUCET_NATIVE) continue;
    await ask(() => rpc.request({ method, params: [account, numberToHex(FAUCET_NATIVE)] as never }), options);
  }
  const call = { address: faucet, abi: localFaucetAbi, functionName: 'drip', args: [address] } as const;
  return (await write(client, call, options)).confirmation;
}
