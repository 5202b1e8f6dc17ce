// What settling an epoch needs of the world: a chain, the vouchers and receipts that were announced, and ledgers by digest.
import type { Hex, LedgerSource, Settlement } from '../../settlement/index.ts';

/** The part of a settlement that the steps of an epoch read and write. */
export type EpochChain = Pick<
  Settlement,
  | 'deployment'
  | 'health'
  | 'unmined'
  | 'balances'
  | 'faucet'
  | 'epoch'
  | 'collected'
  | 'sessionKey'
  | 'collect'
  | 'pool'
  | 'fundedEpochs'
  | 'collections'
  | 'rewards'
  | 'requiredBond'
  | 'bonded'
  | 'bond'
  | 'propose'
  | 'finalize'
  | 'models'
  | 'contributions'
>;

/** Ledgers by the SHA-256 of their bytes. */
export interface LedgerStore {
  readonly read: LedgerSource;
  /** Resolves once claimants can fetch the bytes: a root must never name a ledger that nobody has. */
  publish(bytes: Uint8Array<ArrayBuffer>, digest: Hex): Promise<void>;
}
