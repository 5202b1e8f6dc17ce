// So many pieces of work at once, so many that wait, and no more. It does not know what the work is.
import { TributaryError } from '../../src/lib/errors.ts';

export interface SlotsParameters {
  /** Pieces of work at once. */
  readonly concurrent: number;
  /** Pieces of work that may wait for a slot. */
  readonly waiting: number;
}

/** Runs `work` when a slot is free. Rejects with `RELAY_BUSY`, without running it, when too many wait already. */
export type WithSlot = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createSlots({ concurrent, waiting: maxWaiting }: SlotsParameters): WithSlot {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= concurrent) {
      if (waiting.length >= maxWaiting) {
        throw new TributaryError({
          code: 'RELAY_BUSY',
          message: 'The relay has too many announcements to check.',
          hint: 'It hears of this one again when its author reconnects.',
        });
      }
      // The slot is handed over as it is: nobody can take it in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
