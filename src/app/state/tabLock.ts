// Something that one tab at a time works on: a draft, for instance. The tab that has its Web Lock is the holder; the others wait for
// it, and take over when the holder closes or the person asks them to.
import { type Accessor, createSignal } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';

export interface TabLock {
  /** `idle` until `start`, then `asking` until it is known. A signal. */
  readonly holder: Accessor<'idle' | 'asking' | 'here' | 'elsewhere'>;
  /** Asks for the lock from now on. Safe to call often. */
  start(): void;
  /** Asks the other tab to let go, and waits until this one holds the lock. */
  takeOver(): Promise<void>;
  /**
   * Runs what must not happen in two tabs, and which the next holder waits for: signing and sending. Throws `OPEN_ELSEWHERE` when
   * this tab is not the holder.
   */
  finish<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** A tab that answers nothing for so long is stuck: the lock is taken from it. What it still finishes is waited for all the same. */
const STEAL_MILLISECONDS = 5_000;

/**
 * `letGo`: what to store and forget before another tab goes on. `begin`: what to forget before this one does, which was seen while
 * another tab may have changed it.
 */
export function createTabLock(name: string, letGo: () => Promise<void>, begin: () => void = () => undefined): TabLock {
  const lockName = `tributary-tab-${name}`;
  const busyName = `${lockName}-busy`;
  const [holder, setHolder] = createSignal<'idle' | 'asking' | 'here' | 'elsewhere'>('idle');
  let channel: BroadcastChannel | undefined;
  let release: (() => void) | undefined;
  let waiting = new AbortController();
  let steal = false;
  let granted = Promise.withResolvers<void>();

  async function lose(): Promise<void> {
    if (holder() !== 'here') return;
    setHolder('elsewhere');
    granted = Promise.withResolvers();
    // The person was told of a failure to store where it happened; the lock must not depend on it.
    await letGo().catch(() => undefined);
    release?.();
  }

  async function hold(): Promise<void> {
    await navigator.locks.request(busyName, () => undefined);
    const released = Promise.withResolvers<void>();
    release = released.resolve;
    begin();
    setHolder('here');
    granted.resolve();
    await released.promise;
  }

  async function run(): Promise<void> {
    for (;;) {
      waiting = new AbortController();
      const options: LockOptions = steal ? { steal: true } : { signal: waiting.signal };
      steal = false;
      try {
        await navigator.locks.request(lockName, options, hold);
      } catch (error) {
        // Taken by another tab, or asked to stand at the end of the queue.
        if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
      }
      await lose();
    }
  }

  function start(): void {
    if (holder() !== 'idle') return;
    setHolder('asking');
    channel = new BroadcastChannel(lockName);
    channel.onmessage = () => {
      if (holder() === 'here') void lose();
      // Whoever asks comes first.
      else waiting.abort();
    };
    void navigator.locks.query().then(({ held = [] }) => {
      if (holder() === 'asking' && held.some((lock) => lock.name === lockName)) setHolder('elsewhere');
    });
    // Where the browser gives this page no locks, there is one tab as far as it can tell.
    run().catch(() => {
      setHolder('here');
      granted.resolve();
    });
  }

  return {
    holder,
    start,
    async takeOver() {
      start();
      if (holder() === 'here') return;
      channel?.postMessage('let go');
      const timer = setTimeout(() => {
        steal = true;
        waiting.abort();
      }, STEAL_MILLISECONDS);
      await granted.promise;
      clearTimeout(timer);
    },
    finish: (work) =>
      navigator.locks.request(busyName, () => {
        if (holder() !== 'here') throw elsewhere(name);
        return work();
      }) as ReturnType<typeof work>,
  };
}

function elsewhere(name: string): TributaryError {
  return new TributaryError({
    code: 'OPEN_ELSEWHERE',
    message: 'Another tab of this browser goes on with this.',
    facts: { name },
    hint: 'Go on in that tab, or take it over here.',
  });
}
