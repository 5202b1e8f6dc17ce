// The ledger of an epoch: who earned what. Amounts are wei of OPEN (1e-18), shares integers in parts per million.
// A ledger has one form: hexadecimal in lower case; accounts, shares, models and receipts ascending by address, identifier or
// digest, each listed once, and none that has nothing.
import type { Wei } from '../../lib/units.ts';
import type { Address, Hex } from './hex.ts';

export interface AccountShare {
  readonly account: Address;
  readonly ppm: number;
}

/** The part of a receipt that the ledger is computed from. The shares may add to less than 1,000,000: the rest is unattributed. */
export interface LedgerReceipt {
  /** SHA-256 of the receipt's bytes. */
  readonly digest: Hex;
  readonly modelId: Hex;
  /** Wei of OPEN: in a receipt what its payer stated, in a ledger what of it counts (`countedReceipts`). */
  readonly amount: bigint;
  readonly shares: readonly AccountShare[];
}

/** How one model's pool of one epoch was divided: all that a stranger needs to compute it again. */
export interface LedgerModel {
  readonly modelId: Hex;
  /** The contributors' part of what was collected, as the chain states it. */
  readonly pool: Wei;
  readonly receipts: readonly LedgerReceipt[];
  /** Who is paid for unattributed parts: shares by accepted rows, adding to 1,000,000, or none. */
  readonly fallback: readonly AccountShare[];
}

/** The cumulative rewards after some epoch: the data behind a root. */
export interface Ledger {
  readonly epoch: bigint;
  readonly root: Hex;
  readonly total: Wei;
  /** Digest of the ledger before this one; undefined for the first. */
  readonly previous: Hex | undefined;
  /** Ascending by address; cumulative over all epochs. */
  readonly accounts: readonly { readonly account: Address; readonly cumulative: Wei }[];
  readonly models: readonly LedgerModel[];
}

/**
 * Fetches the bytes of a published ledger by their SHA-256 from IPFS, a relay or a folder; undefined when it has no copy.
 * The bytes are checked against digest and root, so the source need not be trusted.
 */
export type LedgerSource = (
  digest: Hex,
  options?: { readonly signal?: AbortSignal },
) => Promise<Uint8Array | undefined>;
