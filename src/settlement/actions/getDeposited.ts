// How much an account paid in since a block: whether a deposit that was asked for has happened, whatever was spent since.
import { getAbiItem } from 'viem';
import { getBlockNumber, getLogs } from 'viem/actions';
import { type Wei, wei } from '../../lib/units.ts';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { smallerSpan } from '../events/smallerSpan.ts';
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

/** Sums the escrow's `Deposited` events of one payer. Asks for the whole range first and for halves of what the server refuses. */
export async function getDeposited(
  { rpc, contracts: { inferenceEscrow } }: SettlementClient,
  { payer, afterBlock, ...options }: GetDepositedParameters,
): Promise<GetDepositedReturnType> {
  const filter = { address: inferenceEscrow.address, event, args: { payer }, strict: true } as const;
  const newest = Number(await ask(() => getBlockNumber(rpc, { cacheTime: 0 }), options));
  // At least one block, also where this server is behind: it refuses then, and does not say that nothing was paid in.
  const last = Math.max(newest, Number(afterBlock));
  let from = Number(afterBlock);
  let span = last - from + 1;
  let sum = 0n;
  while (from <= last) {
    const to = Math.min(from + span - 1, last);
    // The last range is open: a block may have come since.
    const range = { fromBlock: BigInt(from), ...(to < last ? { toBlock: BigInt(to) } : {}) };
    try {
      const logs = await ask(() => getLogs(rpc, { ...filter, ...range }), options);
      for (const { blockNumber, args } of logs) if (blockNumber > afterBlock) sum += args.amount;
      from = to + 1;
    } catch (error) {
      span = smallerSpan(error, to - from + 1);
    }
  }
  return wei(sum);
}
