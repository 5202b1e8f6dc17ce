// Async values as signals, in one place, so that moving to a newer Solid changes one file. `createLive` follows a database query;
// `createLoaded` runs a promise once its source is known.
import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { liveQuery } from '../../store/index.ts';

/** The newest result of a Dexie query; undefined until the first one. `query` is re-run when a signal it reads changes. */
export function createLive<Value>(query: () => Promise<Value> | Value): Accessor<Value | undefined> {
  const [value, setValue] = createSignal<Value>();
  let subscription: { unsubscribe(): void } | undefined;
  const [failure, setFailure] = createSignal<unknown>();
  createEffect(() => {
    // Read the signals of `query` here: inside the observable nothing is tracked.
    const first = query();
    if (first instanceof Promise) first.catch(() => undefined);
    subscription?.unsubscribe();
    subscription = liveQuery(query).subscribe({
      next: (result) => setValue(() => result),
      error: (error) => setFailure(() => error),
    });
  });
  onCleanup(() => subscription?.unsubscribe());
  return () => {
    if (failure() !== undefined) throw failure();
    return value();
  };
}

export interface Loaded<Value> {
  readonly value: Accessor<Value | undefined>;
  readonly error: Accessor<unknown>;
  readonly loading: Accessor<boolean>;
  readonly reload: () => void;
}

/** Runs `load` when `source` has a value, again when that changes and on `reload`. Each call aborts the one before. */
export function createLoaded<Source, Value>(
  source: Accessor<Source | undefined>,
  load: (source: Source, signal: AbortSignal) => Promise<Value>,
): Loaded<Value> {
  const [value, setValue] = createSignal<Value>();
  const [error, setError] = createSignal<unknown>();
  const [loading, setLoading] = createSignal(false);
  const [turn, setTurn] = createSignal(0);
  let abort: AbortController | undefined;
  createEffect(
    on([source, turn], ([current]) => {
      abort?.abort();
      if (current === undefined) return;
      const mine = new AbortController();
      abort = mine;
      setLoading(true);
      load(current, mine.signal)
        .then(
          (result) => {
            if (mine.signal.aborted) return;
            setValue(() => result);
            setError(undefined);
          },
          (failure: unknown) => {
            if (!mine.signal.aborted) setError(() => failure);
          },
        )
        .finally(() => {
          if (!mine.signal.aborted) setLoading(false);
        });
    }),
  );
  onCleanup(() => abort?.abort());
  return { value, error, loading, reload: () => setTurn((count) => count + 1) };
}
