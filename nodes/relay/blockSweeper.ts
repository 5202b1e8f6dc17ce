// Deletes blocks that no pin and no attempt needs. Whoever comes to need one that is just being deleted waits for that and fetches
// it again: it would be pinned, and gone a moment later.
import { cidDigest } from '../../src/datanet/index.ts';
import type { Cid } from '../../src/lib/units.ts';
import type { NodePeers } from '../../src/peers/node.ts';
import type { Pins } from './pins.ts';

export interface BlockSweeper {
  /** Deletes those of `blocks` that nothing holds. */
  sweep(blocks: Iterable<Cid>): Promise<void>;
  /** Resolves when `block`, which the caller holds from before this call, is not being deleted. */
  settled(block: Cid): Promise<void>;
}

export function createBlockSweeper(node: Pick<NodePeers, 'deleteBlocks'>, pins: Pick<Pins, 'holds'>): BlockSweeper {
  /** By digest. */
  const deleting = new Map<string, Promise<void>>();
  return {
    async sweep(blocks) {
      for (const block of blocks) {
        const digest = cidDigest(block);
        if (pins.holds(block) || deleting.has(digest)) continue;
        const deleted = node.deleteBlocks([block]).finally(() => deleting.delete(digest));
        deleting.set(digest, deleted);
        await deleted;
      }
    },
    // Whether it was deleted is the sweeper's matter; that it is over counts here.
    settled: async (block) => deleting.get(cidDigest(block))?.catch(() => undefined),
  };
}
