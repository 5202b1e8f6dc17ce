// A value that is created when it is first needed.

export interface Lazy<Result> {
  /** The result, made by the first call. After a failure the next call tries again. */
  get(): Promise<Result>;
  /** Drops the result and calls `free` with it if it was created. */
  drop(free: (result: Result) => void): void;
}

export function lazy<Result>(make: () => Promise<Result>): Lazy<Result> {
  let made: Promise<Result> | undefined;
  return {
    get() {
      if (made !== undefined) return made;
      const making = make();
      made = making;
      making.catch(() => {
        if (made === making) made = undefined;
      });
      return making;
    },
    drop(free) {
      // A failure was reported to whoever asked, and left nothing to free.
      made?.then(free, () => undefined);
      made = undefined;
    },
  };
}
