// Ledgers by way of peers: a ledger is one block, named by the digest that stands on chain.
import { toTributaryError } from '../../lib/errors.ts';
import { cid } from '../../lib/units.ts';
import type { Peers } from '../../peers/index.ts';
import { ledgerCid } from '../../settlement/index.ts';
import type { LedgerStore } from './epochPorts.ts';

/** The ledgers that a node can fetch and announce. What is read is checked by whoever decodes it. */
export function peerLedgers(node: () => Promise<Pick<Peers, 'announce' | 'blocks'>>): LedgerStore {
  return {
    async read(digest, options) {
      try {
        return await (await node()).blocks.get(cid(ledgerCid(digest)), options);
      } catch (error) {
        // Nobody online has it: for claimants and proposers that is an answer.
        if (toTributaryError(error).code === 'BLOCK_NOT_FOUND') return undefined;
        throw error;
      }
    },
    async publish(bytes) {
      const { announce, blocks } = await node();
      await announce({ kind: 'ledger', scope: '', cid: await blocks.put(bytes, 'raw') });
    },
  };
}
