// Whoever uses one thing after another: each takes a turn, in the order of asking.

/** A function that waits until every earlier turn has ended. Call what it gives when done, however the work ended. */
export function createTurns(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    let done: () => void = () => undefined;
    last = new Promise<void>((resolve) => {
      done = resolve;
    });
    await before;
    return done;
  };
}
