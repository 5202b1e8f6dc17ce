// A decoded attribution index. Trained rows come first everywhere; placebo rows are separate: they are compared, never paid.
import type { AttributionEvaluation, AttributionPolicy } from '../types.ts';

export interface IndexedRows {
  readonly count: number;
  /** SHA-256 of 0x00 and the canonical row, 32 bytes each. */
  readonly hashes: Uint8Array<ArrayBuffer>;
  /** Number of the row's contributor, contribution (in the lists of the index) and its position there. */
  readonly owners: Int32Array<ArrayBuffer>;
  readonly contributions: Int32Array<ArrayBuffer>;
  readonly positions: Int32Array<ArrayBuffer>;
  /** Number of the first row with the same content: equal numbers are paid once. */
  readonly classes: Int32Array<ArrayBuffer>;
  /** int8 [count, size] and the exponent of each row. */
  readonly codes: Int8Array<ArrayBuffer>;
  readonly exponents: Int32Array<ArrayBuffer>;
  /** h_i, f64 [count]. */
  readonly leverage: Float64Array<ArrayBuffer>;
}

export interface AttributionIndex {
  /** SHA-256 of the adapter's weights file, 64 hexadecimal digits; null when the builder did not say. */
  readonly adapterHash: string | null;
  /** Length of the gradients that were sketched. */
  readonly parameterCount: number;
  readonly size: number;
  readonly seed: number;
  readonly policy: AttributionPolicy;
  readonly evaluation: AttributionEvaluation | null;
  /** 0x-addresses, ascending: leftover units of a split go by this order, as on chain. */
  readonly accounts: readonly string[];
  readonly contributionNames: readonly string[];
  /** lambda, the mean of the kernel's diagonal. */
  readonly damping: number;
  readonly trained: IndexedRows;
  readonly placebo: IndexedRows;
  /** Merkle root over row hashes and sketches, 32 bytes. */
  readonly root: Uint8Array<ArrayBuffer>;
}
