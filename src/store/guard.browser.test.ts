import { afterEach, describe, expect, test, vi } from 'vitest';
import { estimateStorage, freeStorage, guardWrite, persistStorage, requireSpace } from './guard.ts';

afterEach(() => vi.restoreAllMocks());

const GIB = 1_073_741_824;
const estimated = (usage: number | undefined, quota: number | undefined) =>
  vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({
    ...(usage === undefined ? {} : { usage }),
    ...(quota === undefined ? {} : { quota }),
  });

test('the browser’s estimate, and zeros where it has none', async () => {
  estimated(3, 10);
  const persisted = vi.spyOn(navigator.storage, 'persisted').mockResolvedValue(true);
  expect(await estimateStorage()).toEqual({ usage: 3, quota: 10, persistent: true });
  estimated(undefined, undefined);
  persisted.mockResolvedValue(false);
  expect(await estimateStorage()).toEqual({ usage: 0, quota: 0, persistent: false });
  for (const storage of [undefined, {}]) {
    vi.spyOn(navigator, 'storage', 'get').mockReturnValue(storage as unknown as StorageManager);
    expect(await estimateStorage()).toEqual({ usage: 0, quota: 0, persistent: false });
    expect([await freeStorage(), await persistStorage()]).toEqual([undefined, false]);
  }
});

test.each([
  [3, 10, 7],
  [10, 10, 0],
  [12, 10, 0],
  [0, 0, undefined],
  [0, 1, 1],
  [5, 10 * GIB + 5, undefined],
  [5, 10 * GIB + 6, 10 * GIB + 1],
  [5, 10 * GIB + 4, 10 * GIB - 1],
])('of %d used of %d bytes %s are free', async (usage, quota, free) => {
  estimated(usage, quota);
  expect(await freeStorage()).toBe(free);
});

test('to keep what is stored is asked of the browser', async () => {
  for (const granted of [true, false]) {
    vi.spyOn(navigator.storage, 'persist').mockResolvedValue(granted);
    expect(await persistStorage()).toBe(granted);
  }
});

test('room is refused to the byte, and where the browser does not tell, the write will', async () => {
  estimated(3, 10);
  await requireSpace(7);
  await expect(requireSpace(8)).rejects.toMatchObject({
    code: 'STORE_QUOTA_EXCEEDED',
    facts: { neededBytes: 8, freeBytes: 7, quotaBytes: 10 },
  });
  estimated(0, 0);
  await requireSpace(1e15);
});

describe('a write', () => {
  const refused = new DOMException('full', 'QuotaExceededError');
  const wrap = (inner: unknown): Error => Object.assign(new Error('aborted'), { name: 'AbortError', inner });

  test('that succeeds returns what it returns', async () => {
    expect(await guardWrite(async () => 7)).toBe(7);
  });

  test.each([
    ['by the browser', refused],
    ['within an error of the database', wrap(refused)],
    ['within two', wrap(wrap(refused))],
  ])('refused for lack of space %s says how much is free', async (_, error) => {
    estimated(3, 10);
    const write = () => Promise.reject(error);
    await expect(guardWrite(write, 77)).rejects.toMatchObject({ code: 'STORE_QUOTA_EXCEEDED', cause: error });
    const facts = async (bytes?: number): Promise<unknown> =>
      guardWrite(write, bytes).catch((fault: { facts: unknown }) => fault.facts);
    expect(await facts(77)).toEqual({ neededBytes: 77, freeBytes: 7, quotaBytes: 10 });
    expect(await facts()).toEqual({ freeBytes: 7, quotaBytes: 10 });
    estimated(0, 0);
    expect([await facts(77), await facts()]).toEqual([{ neededBytes: 77 }, {}]);
  });

  test.each(['OpenFailedError', 'MissingAPIError', 'SecurityError', 'InvalidStateError'])(
    'that fails with %s says that nothing is kept here',
    async (name) => {
      const error = Object.assign(new Error('no'), { name });
      await expect(guardWrite(() => Promise.reject(error))).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        facts: { reason: name },
        cause: error,
      });
    },
  );

  test.each([
    ['another error', new TypeError('x')],
    ['one that holds another', wrap(new TypeError('x'))],
    ['no error at all', { name: 'QuotaExceededError' }],
    ['a text', 'SecurityError'],
  ])('that fails with %s fails with that', async (_, error) => {
    await expect(guardWrite(() => Promise.reject(error))).rejects.toBe(error);
  });
});
