// Number and hash of one block.
import { numberToHex } from 'viem';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { ChainClient } from '../client/chainClient.ts';
import type { ReadOptions } from '../types/options.ts';
import type { BlockReference } from './eventTables.ts';
import { invalidAnswer } from './invalidAnswer.ts';
import { toHash, toQuantity } from './rpcValue.ts';

export interface FetchBlockParameters extends ReadOptions {
  readonly rpc: Pick<ChainClient, 'request'>;
  readonly block: number | 'latest';
}

export type FetchBlockReturnType = BlockReference | undefined;

export type FetchBlockErrorType = AskErrorType | 'CHAIN_ANSWER_INVALID';

/** Undefined when the chain has no block of this number. */
export async function fetchBlock({ rpc, block, signal }: FetchBlockParameters): Promise<FetchBlockReturnType> {
  const tag = block === 'latest' ? block : numberToHex(block);
  const answer: unknown = await ask(() => rpc.request({ method: 'eth_getBlockByNumber', params: [tag, false] }), {
    signal,
  });
  if (answer === null) return undefined;
  const { number: givenNumber, hash: givenHash } = (answer ?? {}) as { number?: unknown; hash?: unknown };
  const number = toQuantity(givenNumber);
  const hash = toHash(givenHash);
  if (number === undefined || hash === undefined || (block !== 'latest' && number !== block)) {
    throw invalidAnswer('block', { block });
  }
  return { number, hash };
}
