// What a receipt says, and what its check found.
import type { ContributorShare } from '../types.ts';

/** What the receipt is about, filled in by whoever serves the answer. Texts and numbers only. */
export interface ReceiptSubject {
  /** Name or CID of the adapter. */
  readonly adapter: string;
  /** Identifier of the model on chain (0x and 64 digits), or empty. */
  readonly model: string;
  /** 0x-address of who pays, or empty. */
  readonly payer: string;
  /** Price of the answer in wei of OPEN, as decimal digits: CBOR integers stop at 2^64. */
  readonly amount: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

export interface DecodedReceipt {
  readonly subject: ReceiptSubject;
  /** Merkle root of the index's sketches, 64 hexadecimal digits. */
  readonly indexRoot: string;
  readonly promptHash: string;
  readonly answerHash: string;
  readonly answerTokenCount: number;
  readonly shares: readonly ContributorShare[];
  readonly unattributedPpm: number;
}

export interface Verification {
  readonly valid: boolean;
  /** What does not agree, each a short sentence; empty when valid. */
  readonly problems: readonly string[];
  /** What was recomputed; `disclosed` only when the parties revealed the texts. */
  readonly checked: readonly ('index' | 'influence' | 'shares' | 'texts' | 'verbatim')[];
  readonly receipt: DecodedReceipt;
}
