// One view function of one contract.
import type { Abi, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType } from 'viem';
import { readContract } from 'viem/actions';
import type { Address } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';
import { type AskErrorType, ask } from './ask.ts';
import type { SettlementClient } from './settlementClient.ts';

export type ReadErrorType = AskErrorType;

/** Reads at the latest block. Calls made in the same tick travel as one multicall. */
export function read<
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'view' | 'pure'>,
  const args extends ContractFunctionArgs<abi, 'view' | 'pure', name>,
>(
  { rpc }: SettlementClient,
  call: { readonly address: Address; readonly abi: abi; readonly functionName: name; readonly args: args },
  options: ReadOptions | undefined,
): Promise<ContractFunctionReturnType<abi, 'view' | 'pure', name, args>> {
  type Result = ContractFunctionReturnType<abi, 'view' | 'pure', name, args>;
  return ask(() => readContract(rpc, call as never) as Promise<Result>, options);
}
