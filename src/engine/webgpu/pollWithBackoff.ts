// Backoff for a binding that polls at every turn of the event loop, as Dawn's for Node does. Without it, polling occupies a core, and where
// shaders run on the CPU they lose that core.

/** Longest sleep in milliseconds: other work of the event loop waits no longer. */
const MAX_SLEEP = 1;
/** A sleep is this share of the time waited so far: a wait gets longer by no more than that. */
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
