// Workers, each started by its first call. A worker whose script does not load never answers: the promises of `lib/rpc` stay
// pending, so `onFailure` must reject whatever waits for them.
import { TributaryError } from '../../lib/errors.ts';
import { connect, type Remote } from '../../lib/rpc.ts';

export interface LazyWorker<S extends object> {
  /** Starts the worker if it is not running. */
  remote(): Remote<S>;
  /** Terminates it; the next `remote()` starts another. */
  restart(): void;
}

export function lazyWorker<S extends object>(
  name: string,
  create: () => Worker,
  onFailure?: (error: TributaryError) => void,
): LazyWorker<S> {
  let running: { readonly worker: Worker; readonly remote: Remote<S> } | undefined;
  return {
    remote() {
      if (running === undefined) {
        const worker = create();
        worker.addEventListener('error', (event) => {
          // Uncaught inside a running worker: reported, and the worker goes on. A script that failed to load has no message.
          if (event.message !== undefined && event.message !== '') return;
          running = undefined;
          onFailure?.(
            new TributaryError({
              code: 'APP_WORKER_FAILED',
              message: `The background worker "${name}" could not start.`,
              facts: { worker: name },
              hint: 'Reload the page; after an update the old page and the new worker may not fit.',
            }),
          );
        });
        running = { worker, remote: connect<S>(worker) };
      }
      return running.remote;
    },
    restart() {
      running?.worker.terminate();
      running = undefined;
    },
  };
}
