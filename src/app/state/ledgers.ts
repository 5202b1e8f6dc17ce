// Ledgers by their SHA-256, from the node of this page: the port that the settlement reads proofs through.
import { cid } from '../../lib/units.ts';
import type { Hex, LedgerSource } from '../../settlement/index.ts';
import { peers } from './peers.ts';

/** The bytes of a published ledger, or undefined when nobody online has them. The settlement checks them itself. */
export const fetchLedger: LedgerSource = async (digest: Hex, options) => {
  const [{ ledgerCid }, node] = await Promise.all([import('../../settlement/index.ts'), peers()]);
  try {
    return await node.blocks.get(cid(ledgerCid(digest)), { signal: options?.signal });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'BLOCK_NOT_FOUND') return undefined;
    throw error;
  }
};
