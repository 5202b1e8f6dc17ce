// The options that every action accepts besides its own parameters.
import type { Hex } from './hex.ts';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends ReadOptions {
  /** Called when the wallet has sent the transaction, before it is in a block. */
  readonly onSubmitted?: ((hash: Hex) => void) | undefined;
}
