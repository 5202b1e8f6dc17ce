// The ledger that the next one adds to.
import { TributaryError } from '../../lib/errors.ts';
import { finalLedger, type Hex, type Ledger, type LedgerSource, type RewardsState } from '../../settlement/index.ts';

export interface CurrentLedgerParameters {
  readonly rewards: Pick<RewardsState, 'current'>;
  readonly read: LedgerSource;
}

/** The ledger behind the last final root; undefined before the first. Throws `LEDGER_UNAVAILABLE`, and as `finalLedger`. */
export async function currentLedger({
  rewards: { current },
  read,
}: CurrentLedgerParameters): Promise<{ readonly ledger: Ledger; readonly digest: Hex } | undefined> {
  if (current.status === 'none') return undefined;
  const digest = current.dataDigest;
  const bytes = await read(digest);
  if (bytes === undefined) {
    throw new TributaryError({
      code: 'LEDGER_UNAVAILABLE',
      message: 'The ledger behind the current root could not be fetched.',
      facts: { digest },
      hint: 'Connect to a relay or peer that keeps it, then try again; a claim does not expire.',
    });
  }
  return { ledger: finalLedger({ bytes, root: current }), digest };
}
