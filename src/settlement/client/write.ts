// One transaction, from simulation to receipt.
import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
} from 'viem';
import { estimateGas, simulateContract } from 'viem/actions';
import type { Address } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';
import { type AskErrorType, ask } from './ask.ts';
import {
  type AwaitTransactionErrorType,
  type AwaitTransactionReturnType,
  awaitTransaction,
} from './awaitTransaction.ts';
import { clockTag } from './clockTag.ts';
import { type RequireWalletErrorType, requireWallet } from './requireWallet.ts';
import type { SettlementClient } from './settlementClient.ts';

export type WriteReturnType = AwaitTransactionReturnType;

export type WriteErrorType =
  | AskErrorType
  | AwaitTransactionErrorType
  | RequireWalletErrorType
  | 'WALLET_REJECTED'
  | 'WALLET_WRONG_CHAIN'
  | 'WALLET_FAILED'
  | 'GAS_MISSING';

/**
 * Simulates the call, so that a refusal is reported before anybody signs; sends it; waits until it is in a block, as
 * `awaitTransaction` does.
 */
export async function write<
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>,
  const args extends ContractFunctionArgs<abi, 'nonpayable' | 'payable', name>,
>(
  client: SettlementClient,
  call: { readonly address: Address; readonly abi: abi; readonly functionName: name; readonly args: args },
  options: WriteOptions | undefined,
): Promise<WriteReturnType> {
  const { rpc, deployment } = client;
  const wallet = requireWallet(client);
  const blockTag = clockTag(deployment);
  const simulation = { ...call, account: wallet.address, blockTag };
  await ask(() => simulateContract(rpc, simulation as never), options);
  const transaction = { to: call.address, data: encodeFunctionData(call as unknown as EncodeFunctionDataParameters) };
  // Estimated here and not by the wallet, which may ask at a block whose clock is behind; plus a quarter, since the state
  // may change before the transaction is mined.
  const gas = await ask(() => estimateGas(rpc, { account: wallet.address, ...transaction, blockTag }), options);
  const hash = await ask(() => wallet.sendTransaction({ ...transaction, gas: (gas * 5n) / 4n }), options);
  options?.onSubmitted?.(hash);
  return awaitTransaction(client, hash, options);
}
