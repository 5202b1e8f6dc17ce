import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Cid } from '../../src/lib/units.ts';
import { createPatience } from './patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const cid = 'bafk' as Cid;
const earning = { bytesPerSecond: 1_000, maxMilliseconds: 300_000 };

function world(parameters: Partial<Parameters<typeof createPatience>[0]> = {}) {
  const patience = createPatience({ cid, firstMilliseconds: 60_000, ...parameters });
  /** Whether it is over just then, and not a millisecond before. */
  const overAfter = async (milliseconds: number): Promise<boolean[]> => {
    const found = [];
    for (const step of [milliseconds - 1, 1]) {
      await vi.advanceTimersByTimeAsync(step);
      found.push(patience.signal.aborted);
    }
    return found;
  };
  return { patience, overAfter };
}

it('ends after the first while when nothing arrives, and says what was waited for', async () => {
  const { patience, overAfter } = world({ earning });
  expect(await overAfter(60_000)).toEqual([false, true]);
  expect(patience.signal.reason).toMatchObject({
    code: 'BLOCK_NOT_FOUND',
    facts: { cid, waitedMilliseconds: 60_000 },
  });
});

it('waits longer by what has arrived', async () => {
  const { patience, overAfter } = world({ earning });
  await vi.advanceTimersByTimeAsync(59_000);
  patience.moved(5_000);
  patience.moved(5_000);
  expect(await overAfter(11_000)).toEqual([false, true]);
  expect(patience.signal.reason).toMatchObject({ facts: { waitedMilliseconds: 70_000 } });
});

it('waits no longer than it may, however much arrives', async () => {
  const { patience, overAfter } = world({ earning });
  patience.moved(1e9);
  expect(await overAfter(300_000)).toEqual([false, true]);
});

it('waits no longer for bytes that earn nothing', async () => {
  const { patience, overAfter } = world();
  patience.moved(1e9);
  expect(await overAfter(60_000)).toEqual([false, true]);
});

it('says nothing once it is ended or over', async () => {
  const { patience } = world({ earning });
  patience.end();
  await vi.runAllTimersAsync();
  expect(patience.signal.aborted).toBe(false);
  const late = world({ earning }).patience;
  await vi.runAllTimersAsync();
  late.moved(5_000);
  expect(vi.getTimerCount()).toBe(0);
});
