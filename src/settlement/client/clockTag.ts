// Which block tells the time.
import { LOCAL_CHAIN_ID } from '../localChain.ts';
import type { Deployment } from '../types/deployment.ts';

/**
 * The block whose timestamp reads go by. A local chain mines on demand, so its latest block may be an hour old and only the
 * pending one knows the time; on public chains the latest is seconds old, and not every node serves a pending one.
 */
export function clockTag({ chainId }: Pick<Deployment, 'chainId'>): 'pending' | 'latest' {
  return chainId === LOCAL_CHAIN_ID ? 'pending' : 'latest';
}
