// The options that every action accepts besides its own parameters.
import type { Hex } from './hex.ts';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WaitOptions extends ReadOptions {
  /** Milliseconds to wait for a block that has the transaction; two minutes without it. */
  readonly timeout?: number | undefined;
}

export interface WriteOptions extends WaitOptions {
  /** Called when the wallet has sent the transaction, before it is in a block. */
  readonly onSubmitted?: ((hash: Hex) => void) | undefined;
}
