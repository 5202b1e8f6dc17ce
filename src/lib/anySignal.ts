/**
 * Aborts with the first of `signals`, for its reason. It replaces `AbortSignal.any`, whose signal does not abort a
 * running transfer in WebKit.
 */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  const first = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) first.abort(signal.reason);
    // Removed with the first abort: a signal that lives as long as the page must not collect a listener per operation.
    else signal.addEventListener('abort', () => first.abort(signal.reason), { once: true, signal: first.signal });
  }
  return first.signal;
}
