// Vouchers: what a payer owes, signed off chain. Amounts are wei of OPEN (1e-18).
import type { Address, Hex } from './hex.ts';

/** EIP-712 `Voucher`: everything that `payer` owes for `modelId` in `epoch` so far. A later one replaces an earlier one. */
export interface Voucher {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  readonly cumulative: bigint;
  /** How many receipts `receiptsRoot` covers. */
  readonly count: bigint;
  readonly receiptsRoot: Hex;
}

/** A voucher as it is announced: signed, with the digests of the receipts under its root. */
export interface SignedVoucher {
  readonly voucher: Voucher;
  /** The payer, or a session key of the payer. */
  readonly signer: Address;
  readonly signature: Hex;
  /** SHA-256 of each receipt's bytes, in the order in which they were paid. */
  readonly receipts: readonly Hex[];
}

/** State of one (payer, model, epoch), stored by the caller between answers; survives structured clone. */
export interface Channel {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  readonly cumulative: bigint;
  /** Those that `cumulative` pays; with several browsers also those of the others. */
  readonly receipts: readonly Hex[];
  /** What this browser paid, in order. Absent in channels of earlier versions. */
  readonly own?: readonly ChannelEntry[];
}

/** One payment of this browser in a channel. */
export interface ChannelEntry {
  readonly receipts: readonly Hex[];
  readonly amount: bigint;
  /** Receipts' root of the voucher that first paid it. */
  readonly root: Hex;
}

/** A key made in this browser that may sign vouchers for a payer, within the cap set on chain. Survives structured clone. */
export interface SessionKey {
  readonly address: Address;
  readonly privateKey: Hex;
}
