// The ledger behind a root that is on chain.
import { TributaryError } from '../lib/errors.ts';
import type { RewardRoot } from './actions/getRewards.ts';
import { decodeLedger } from './ledgerCodec.ts';
import type { Ledger } from './types/ledger.ts';

export interface FinalLedgerParameters {
  readonly bytes: Uint8Array;
  readonly root: Pick<RewardRoot, 'root' | 'dataDigest' | 'epoch'>;
}

/**
 * Decodes the bytes that a root names, and checks that they hash to it: the contract knows two digests and not whether they belong
 * together. Throws `LEDGER_MALFORMED` and `LEDGER_WRONG_ROOT`.
 */
export function finalLedger({ bytes, root: { root, dataDigest, epoch } }: FinalLedgerParameters): Ledger {
  const ledger = decodeLedger({ bytes, digest: dataDigest });
  if (ledger.root === root) return ledger;
  throw new TributaryError({
    code: 'LEDGER_WRONG_ROOT',
    message: 'The published ledger does not hash to the root on chain.',
    facts: { epoch: epoch.toString(), ledgerRoot: ledger.root, root },
    hint: 'The proposer published false data: report it. What you earned stays recorded in the receipts.',
  });
}
