// Steps a keeper as long as its program runs.
import type { Keeper, KeeperEvent } from './createKeeper.ts';

export interface RunKeeperParameters {
  readonly keeper: Pick<Keeper, 'step'>;
  readonly intervalSeconds: number;
  readonly signal: AbortSignal;
  readonly report: (event: KeeperEvent | { readonly kind: 'failed'; readonly error: unknown }) => void;
}

/**
 * Steps every `intervalSeconds` until `signal` aborts, then resolves. A failed step is reported and tried again: the next
 * one starts from what the chain says.
 */
export async function runKeeper({ keeper, intervalSeconds, signal, report }: RunKeeperParameters): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const event of await keeper.step()) report(event);
    } catch (error) {
      if (!signal.aborted) report({ kind: 'failed', error });
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, intervalSeconds * 1_000);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
      // An abort during the step came before there was a listener.
      if (signal.aborted) done();
    });
  }
}
