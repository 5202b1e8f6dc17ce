// Whether the RPC server answers, and for the chain that the deployment names.
import { getBlock, getBlockNumber, getChainId, getCode } from 'viem/actions';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { settlementError } from '../settlementError.ts';
import type { ReadOptions } from '../types/options.ts';

export type ChainHealth =
  | { readonly state: 'ready'; readonly blockNumber: bigint }
  | { readonly state: 'unreachable' }
  | { readonly state: 'wrongChain'; readonly chainId: number }
  /** The local chain was reset: what this browser stored about it is void. */
  | { readonly state: 'reset' }
  | { readonly state: 'notDeployed' };

export type GetHealthParameters = ReadOptions;

export type GetHealthReturnType = ChainHealth;

/** An unreachable server is a state, not an error. */
export type GetHealthErrorType = Exclude<AskErrorType, 'CHAIN_UNREACHABLE'>;

export async function getHealth(
  { rpc, deployment }: SettlementClient,
  options?: GetHealthParameters,
): Promise<GetHealthReturnType> {
  try {
    const chainId = await ask(() => getChainId(rpc), options);
    if (chainId !== deployment.chainId) return { state: 'wrongChain', chainId };
    const [genesis, code, blockNumber] = await ask(
      () =>
        Promise.all([
          getBlock(rpc, { blockNumber: 0n }),
          getCode(rpc, { address: deployment.addresses.addressBook }),
          getBlockNumber(rpc),
        ]),
      options,
    );
    if (genesis.hash !== deployment.genesisHash) return { state: 'reset' };
    return code === undefined ? { state: 'notDeployed' } : { state: 'ready', blockNumber };
  } catch (error) {
    const failure = settlementError(error);
    if (failure.code === 'CHAIN_UNREACHABLE') return { state: 'unreachable' };
    throw failure;
  }
}
