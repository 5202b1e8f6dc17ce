// One transaction, from simulation to receipt.
import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Log,
} from 'viem';
import { estimateGas, simulateContract, waitForTransactionReceipt } from 'viem/actions';
import { TributaryError } from '../../lib/errors.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';
import { type AskErrorType, ask } from './ask.ts';
import { clockTag } from './clockTag.ts';
import { type RequireWalletErrorType, requireWallet } from './requireWallet.ts';
import type { SettlementClient } from './settlementClient.ts';

/** A transaction in a block. */
export interface Confirmation {
  readonly hash: Hex;
  readonly blockNumber: bigint;
  readonly gasUsed: bigint;
}

export interface WriteReturnType {
  readonly confirmation: Confirmation;
  /** The receipt's logs, from which callers read their events. */
  readonly logs: Log[];
}

export type WriteErrorType =
  | AskErrorType
  | RequireWalletErrorType
  | 'WALLET_REJECTED'
  | 'WALLET_WRONG_CHAIN'
  | 'WALLET_FAILED'
  | 'GAS_MISSING'
  | 'TRANSACTION_REVERTED';

const RECEIPT_TIMEOUT_MILLISECONDS = 120_000;

/**
 * Simulates the call, so that a refusal is reported before anybody signs; sends it; waits until it is in a block. Throws
 * `TRANSACTION_REVERTED` when the state changed between simulation and block.
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
  const receipt = await ask(
    () => waitForTransactionReceipt(rpc, { hash, timeout: RECEIPT_TIMEOUT_MILLISECONDS }),
    options,
  );
  if (receipt.status !== 'success') {
    throw new TributaryError({
      code: 'TRANSACTION_REVERTED' satisfies WriteErrorType,
      message: 'The transaction failed in its block: the state changed after it was simulated.',
      facts: { hash, block: receipt.blockNumber.toString() },
      hint: 'Reload and try again.',
    });
  }
  const { blockNumber, gasUsed, logs } = receipt;
  return { confirmation: { hash, blockNumber, gasUsed }, logs };
}
