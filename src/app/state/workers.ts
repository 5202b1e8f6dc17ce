// Workers, each started by its first call. Whatever ends a worker ends the calls that wait for it: a script that does not load or
// run, and a restart.
import { TributaryError } from '../../lib/errors.ts';
import { type Connection, openConnection, type Remote } from '../../lib/rpc.ts';

export interface LazyWorker<S extends object> {
  /** Starts the worker if it is not running. */
  remote(): Remote<S>;
  /** Methods of the calls that it has not answered. */
  pending(): readonly string[];
  /** Resolves when it has answered all. */
  idle(): Promise<void>;
  /** Terminates it; the next `remote()` starts another. Calls that wait reject with `APP_WORKER_RESTARTED`. */
  restart(): void;
}

/** `onFailure` is told, once, that the worker could not start; the calls that waited have the same error, `APP_WORKER_FAILED`. */
export function lazyWorker<S extends object>(
  name: string,
  create: () => Worker,
  onFailure?: (error: TributaryError) => void,
): LazyWorker<S> {
  let running: { readonly worker: Worker; readonly connection: Connection<S> } | undefined;

  function start(): NonNullable<typeof running> {
    const worker = create();
    const mine = { worker, connection: openConnection<S>(worker) };
    let answers = false;
    worker.addEventListener('message', () => {
      answers = true;
    });
    worker.addEventListener('error', (event) => {
      // Uncaught inside a worker that listens: reported, and the worker goes on. Before, its script did not load or did not run.
      if (answers && event.message !== undefined && event.message !== '') return;
      const error = new TributaryError({
        code: 'APP_WORKER_FAILED',
        message: `The background worker "${name}" could not start.`,
        facts: { worker: name },
        hint: 'Reload the page; after an update the old page and the new worker may not fit.',
      });
      if (running === mine) running = undefined;
      worker.terminate();
      mine.connection.close(error);
      onFailure?.(error);
    });
    return mine;
  }

  return {
    remote() {
      running ??= start();
      return running.connection.remote;
    },
    pending: () => running?.connection.pending() ?? [],
    idle: () => running?.connection.idle() ?? Promise.resolve(),
    restart() {
      const last = running;
      running = undefined;
      last?.worker.terminate();
      last?.connection.close(
        new TributaryError({
          code: 'APP_WORKER_RESTARTED',
          message: `The background worker "${name}" was restarted before it answered.`,
          facts: { worker: name },
          hint: 'Try again.',
        }),
      );
    },
  };
}
