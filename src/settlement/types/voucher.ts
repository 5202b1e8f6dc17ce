// Vouchers: what a payer owes, signed off chain. Amounts are wei of OPEN (1e-18).
import type { Address, Hex } from './hex.ts';

/** EIP-712 `Voucher`: all that `signer` promised so far for `payer` and `modelId` in `epoch`. A later one replaces an earlier one. */
export interface Voucher {
  readonly payer: Address;
  /** The payer, or a session key of the payer: each has a sum of its own. */
  readonly signer: Address;
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
  /** By the voucher's signer. */
  readonly signature: Hex;
  /** SHA-256 of each receipt's bytes, in the order in which they were paid. */
  readonly receipts: readonly Hex[];
}

/** State of one (payer, signer, model, epoch), stored by the caller between answers; survives structured clone. */
export interface Channel {
  readonly payer: Address;
  readonly signer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  readonly cumulative: bigint;
  /** In the order in which they were paid. */
  readonly receipts: readonly Hex[];
  /** Wei that were paid for each of them. */
  readonly amounts: readonly bigint[];
}

/** A key made in this browser that may sign vouchers for a payer, within the cap set on chain. Survives structured clone. */
export interface SessionKey {
  readonly address: Address;
  readonly privateKey: Hex;
}
