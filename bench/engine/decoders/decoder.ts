// What every engine is driven by, so that one loop measures them all.

export interface Decoder {
  /** What the engine says that it computes on. */
  readonly device: string;
  /** Forgets everything, reads `ids` and gives the id of the largest logit after them. */
  start(ids: readonly number[]): Promise<number>;
  /** Reads `id`, the one given last, and gives the next. */
  next(id: number): Promise<number>;
  /** Bytes of device memory that the engine counts; absent where it does not say. */
  readonly deviceBytes?: () => number | Promise<number>;
  close(): Promise<void>;
}

/** The position of the largest of several arrays that follow each other. */
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
