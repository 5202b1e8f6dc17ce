import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { retry } from './retry.ts';

const error = (code: string, facts: Record<string, number> = {}): TributaryError =>
  new TributaryError({ code, message: 'x', facts, hint: 'x' });

let online = true;

beforeEach(() => {
  online = true;
  vi.useFakeTimers();
  vi.stubGlobal('navigator', {
    get onLine() {
      return online;
    },
  });
  // Node's global has no events; a page's and a worker's has.
  const target = new EventTarget();
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
  vi.stubGlobal('dispatchEvent', target.dispatchEvent.bind(target));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const start = (work: (progressed: () => void) => Promise<string>, signal = new AbortController().signal) => {
  const waits: { readonly reason: string; readonly at?: number }[] = [];
  const result = retry(work, { signal, onWait: (wait) => void waits.push(wait) });
  result.catch(() => undefined);
  return { waits, result };
};

test('waits twice as long after each failure, and anew after progress', async () => {
  let calls = 0;
  const { waits, result } = start(async (progressed) => {
    calls += 1;
    if (calls === 4) progressed();
    if (calls < 6) throw error('REMOTE_UNREACHABLE');
    return 'done';
  });
  const begun = Date.now();
  await vi.runAllTimersAsync();
  expect(await result).toBe('done');
  const at = waits.map(({ at: time = 0 }) => time - begun);
  expect(at.map((time, index) => time - (at[index - 1] ?? 0))).toEqual([1000, 2000, 4000, 1000, 2000]);
});

test('a server that asks for more patience than a timer has is asked again after an hour', async () => {
  let calls = 0;
  const begun = Date.now();
  const { waits, result } = start(async () => {
    calls += 1;
    if (calls === 1) throw error('REMOTE_REFUSED', { status: 503, retryAfterSeconds: 1e9 });
    return 'done';
  });
  await vi.runAllTimersAsync();
  await result;
  expect(waits).toEqual([{ reason: 'network', at: begun + 3_600_000 }]);
});

test('a server that asks for patience gets it', async () => {
  let calls = 0;
  const begun = Date.now();
  const { waits, result } = start(async () => {
    calls += 1;
    if (calls === 1) throw error('HUB_BUSY', { retryAfterSeconds: 30 });
    return 'done';
  });
  await vi.runAllTimersAsync();
  await result;
  expect((waits[0]?.at ?? 0) - begun).toBe(30_000);
});

test('gives up after eight failures without progress, and at once on what no waiting mends', async () => {
  let calls = 0;
  const { result } = start(async () => {
    calls += 1;
    throw error('REMOTE_REFUSED', { status: 503 });
  });
  await vi.runAllTimersAsync();
  await expect(result).rejects.toMatchObject({ code: 'REMOTE_REFUSED' });
  expect(calls).toBe(8);
  const final = start(() => Promise.reject(error('REMOTE_REFUSED', { status: 403 })));
  await expect(final.result).rejects.toMatchObject({ code: 'REMOTE_REFUSED' });
  expect(final.waits).toEqual([]);
});

test('offline it waits for the network alone, however long', async () => {
  online = false;
  let calls = 0;
  const { waits, result } = start(async () => {
    calls += 1;
    if (!online) throw error('REMOTE_UNREACHABLE');
    return 'done';
  });
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(calls).toBe(1);
  expect(waits).toEqual([{ reason: 'offline' }]);
  online = true;
  dispatchEvent(new Event('online'));
  expect(await result).toBe('done');
});

test('a wait ends when the work is stopped', async () => {
  const abort = new AbortController();
  const { result } = start(() => Promise.reject(error('REMOTE_UNREACHABLE')), abort.signal);
  await vi.advanceTimersByTimeAsync(10);
  abort.abort();
  await expect(result).rejects.toMatchObject({ code: 'ABORTED' });
});
