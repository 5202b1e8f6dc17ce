// Backoff for a binding that polls on every turn of the event loop, as Dawn does in Node. Without it, polling occupies a core,
// which shaders lose where they run on the CPU.

/** Longest sleep in milliseconds: an upper bound on the delay of other event loop work. */
const MAX_SLEEP = 1;
/** A sleep is this fraction of the time waited so far, which bounds how much longer a wait becomes. */
const BACKOFF = 1 / 16;

const never = new Int32Array(new SharedArrayBuffer(4));
let pending = 0;
let since = 0;
let sleeping = false;

function sleep(): void {
  sleeping = pending > 0;
  if (!sleeping) return;
  Atomics.wait(never, 0, 0, Math.min(MAX_SLEEP, (performance.now() - since) * BACKOFF));
  setImmediate(sleep);
}

function changePending(by: 1 | -1): void {
  since = performance.now();
  pending += by;
}

/** Awaits `work` while this thread sleeps for most of each turn of its event loop. Only for Node: browsers do not allow it. */
export async function pollWithBackoff<Result>(work: Promise<Result>): Promise<Result> {
  changePending(1);
  if (!sleeping) {
    sleeping = true;
    setImmediate(sleep);
  }
  try {
    return await work;
  } finally {
    changePending(-1);
  }
}
