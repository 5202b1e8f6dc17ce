// Patience for a binding that asks at every turn of the event loop whether its work is done, as Dawn's for Node does: without a pause
// it keeps a core busy, and where shaders run on the processor, that core is one of theirs.

/** The longest nap in milliseconds: what else the event loop has to do waits no longer. */
const longest = 1;
/** A nap is this part of the time waited so far, so that a wait takes no more than that much longer. */
const share = 1 / 16;

const never = new Int32Array(new SharedArrayBuffer(4));
let pending = 0;
let since = 0;
let napping = false;

function nap(): void {
  napping = pending > 0;
  if (!napping) return;
  Atomics.wait(never, 0, 0, Math.min(longest, (performance.now() - since) * share));
  setImmediate(nap);
}

function changePending(by: 1 | -1): void {
  since = performance.now();
  pending += by;
}

/** `work`, while which this thread sleeps for most of each turn of its event loop. Only for Node: browsers allow no such sleep. */
export async function pollWithBackoff<Result>(work: Promise<Result>): Promise<Result> {
  changePending(1);
  if (!napping) {
    napping = true;
    setImmediate(nap);
  }
  try {
    return await work;
  } finally {
    changePending(-1);
  }
}
