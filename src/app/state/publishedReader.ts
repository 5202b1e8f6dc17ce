// Blocks of peers and the check of signatures: all that reading published documents needs. Both are loaded by the first call.
import type { Verify } from '../../datanet/index.ts';
import type { PeerBlocks } from '../../peers/index.ts';
import { peers } from './peers.ts';

export async function publishedReader(): Promise<{ readonly blocks: PeerBlocks; readonly verify: Verify }> {
  const [{ verifyMessage }, node] = await Promise.all([import('../../settlement/index.ts'), peers()]);
  return { blocks: node.blocks, verify: verifyMessage };
}
