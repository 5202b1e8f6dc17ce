// How much an account paid in since a block: whether a deposit that was asked for has happened, whatever was spent since.
import { getAbiItem } from 'viem';
import { getLogs } from 'viem/actions';
import { type Wei, wei } from '../../lib/units.ts';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Address } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface GetDepositedParameters extends ReadOptions {
  readonly payer: Address;
  /** Deposits of later blocks count. It exists: servers refuse a range that begins after their newest block. */
  readonly afterBlock: bigint;
}

/** Wei of OPEN. */
export type GetDepositedReturnType = Wei;

export type GetDepositedErrorType = AskErrorType;

const event = getAbiItem({ abi: inferenceEscrowAbi, name: 'Deposited' });

/** Sums the escrow's `Deposited` events of one payer. */
export async function getDeposited(
  { rpc, contracts: { inferenceEscrow } }: SettlementClient,
  { payer, afterBlock, ...options }: GetDepositedParameters,
): Promise<GetDepositedReturnType> {
  const filter = {
    address: inferenceEscrow.address,
    event,
    args: { payer },
    fromBlock: afterBlock,
    strict: true,
  } as const;
  const logs = await ask(() => getLogs(rpc, filter), options);
  const later = logs.filter(({ blockNumber }) => blockNumber > afterBlock);
  return wei(later.reduce((sum, { args }) => sum + args.amount, 0n));
}
