/**
 * Aborts with the first of `signals`, for its reason. In place of `AbortSignal.any`: WebKit does not abort a transfer that was
 * begun with what that gives.
 */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  const first = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) first.abort(signal.reason);
    // Gone with the first: a signal that lives as long as the page must not gather a listener for each thing it could stop.
    else signal.addEventListener('abort', () => first.abort(signal.reason), { once: true, signal: first.signal });
  }
  return first.signal;
}
