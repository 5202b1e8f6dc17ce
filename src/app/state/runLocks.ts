// Web Locks of training runs: whoever works on one holds its lock, which ends with the tab.

/** Held while a run is trained, or deleted. */
export const runLock = (runId: string): string => `tributary-run-${runId}`;

/** Held while the attribution index of a run's adapter is built. */
export const indexLock = (runId: string): string => `tributary-index-${runId}`;

const TIDYING = 'tributary-tidying';

/** Runs what deletes the leftovers of runs: it takes their locks for a moment, and is no work on them. */
export function whileTidying(work: () => Promise<void>): Promise<void> {
  return navigator.locks.request(TIDYING, work);
}

/** Does `work` with one of these locks unless this or another tab has it: then `elsewhere`. A page that only tidies up is waited for. */
export function withRunLock<Result>(
  lock: string,
  work: () => Promise<Result>,
  elsewhere: () => never,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    void navigator.locks.request(TIDYING, { mode: 'shared' }, () => {
      const asked = Promise.withResolvers<void>();
      navigator.locks
        .request(lock, { ifAvailable: true }, (mine) => {
          asked.resolve();
          return mine === null ? elsewhere() : work();
        })
        .then(resolve, reject);
      return asked.promise;
    });
  });
}
