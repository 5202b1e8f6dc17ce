// Whoever uses one thing after another: each takes a turn, in the order of asking.

/**
 * A function that waits until every earlier turn has ended. Call what it gives when done, however the work ended. Who is aborted
 * while waiting gets the signal's reason at once, and is passed over.
 */
export function createMutex(): (signal?: AbortSignal) => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return async (signal) => {
    signal?.throwIfAborted();
    const before = last;
    const { promise: ended, resolve: done } = Promise.withResolvers<void>();
    last = ended;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([before, aborted]);
      return done;
    } catch (reason) {
      // Those behind still wait for those before.
      before.then(done);
      throw reason;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
}
