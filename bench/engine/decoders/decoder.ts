// The interface through which one loop measures every engine.

export interface Decoder {
  /** The device that the engine reports. */
  readonly device: string;
  /** Drops all state, runs a prefill of `ids` and returns the id of the largest logit after them. */
  start(ids: readonly number[]): Promise<number>;
  /** Runs a decode step on `id`, the last returned one, and returns the next. */
  next(id: number): Promise<number>;
  /** Bytes of device memory that the engine counts; absent if it does not report them. */
  readonly deviceBytes?: () => number | Promise<number>;
  close(): Promise<void>;
}

/** The index of the largest element across consecutive arrays. */
export function largestIndex(parts: readonly ArrayLike<number>[]): number {
  let best = 0;
  let largest = Number.NEGATIVE_INFINITY;
  let offset = 0;
  for (const part of parts) {
    for (let index = 0; index < part.length; index += 1) {
      const value = part[index] as number;
      if (value > largest) {
        largest = value;
        best = offset + index;
      }
    }
    offset += part.length;
  }
  return best;
}
