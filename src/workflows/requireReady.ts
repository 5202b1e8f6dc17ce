// Whether the chain is the one that this page was made for, asked before anything is read into money.
import { TributaryError } from '../lib/errors.ts';
import type { ChainHealth, ReadOptions, Settlement } from '../settlement/index.ts';

function healthError(health: Exclude<ChainHealth, { readonly state: 'ready' }>): TributaryError {
  if (health.state === 'wrongChain') {
    return new TributaryError({
      code: 'CHAIN_ID_MISMATCH',
      message: 'The address of the chain answers for another chain.',
      facts: { chainId: health.chainId },
      hint: 'Correct the RPC address in the settings.',
    });
  }
  if (health.state === 'unreachable') {
    return new TributaryError({
      code: 'CHAIN_UNREACHABLE',
      message: 'The chain does not answer.',
      hint: 'Check the connection, or set another RPC address in the settings.',
    });
  }
  return new TributaryError({
    code: 'CHAIN_RESET',
    message: 'The chain was restarted: its contracts are not those of this page.',
    facts: { state: health.state },
    hint: 'Reload the page; what was earned on the old chain is void.',
  });
}

/** The newest block's number. Throws `CHAIN_ID_MISMATCH`, `CHAIN_UNREACHABLE` or `CHAIN_RESET` for any other state than ready. */
export async function requireReady(chain: Pick<Settlement, 'health'>, options?: ReadOptions): Promise<bigint> {
  const health = await chain.health(options);
  if (health.state !== 'ready') throw healthError(health);
  return health.blockNumber;
}
