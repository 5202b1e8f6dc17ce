// Two locks of one name in one page: for Web Locks and channels they are what two tabs are. Two real tabs: test/e2e/tabs.e2e.ts.
import { expect, test, vi } from 'vitest';
import { createTabLock } from './tabLock.ts';
import { createTabShare } from './tabShare.ts';

let names = 0;
const fresh = (): string => `test-${names++}-${Math.random()}`;
const nothing = async (): Promise<void> => undefined;

test('the first tab holds it, the second is told, takes over after the first has stored, and may be asked back', async () => {
  const name = fresh();
  const order: string[] = [];
  const first = createTabLock(name, async () => void order.push('first stored'));
  const second = createTabLock(name, async () => void order.push('second stored'));
  first.start();
  await expect.poll(first.holder).toBe('here');
  second.start();
  await expect.poll(second.holder).toBe('elsewhere');
  await second.takeOver();
  expect([first.holder(), second.holder(), ...order]).toEqual(['elsewhere', 'here', 'first stored']);
  await first.takeOver();
  expect([first.holder(), second.holder(), ...order]).toEqual(['here', 'elsewhere', 'first stored', 'second stored']);
});

test('of three tabs the one that asks gets it, not the one that waits longer', async () => {
  const name = fresh();
  const tabs = [0, 1, 2].map(() => createTabLock(name, nothing));
  for (const tab of tabs) {
    tab.start();
    await expect.poll(tab.holder).not.toBe('asking');
  }
  await tabs[2]?.takeOver();
  expect(tabs.map(({ holder }) => holder())).toEqual(['elsewhere', 'elsewhere', 'here']);
});

test('what the first is signing ends before the second goes on, and the first cannot sign again', async () => {
  const name = fresh();
  const [first, second] = [createTabLock(name, nothing), createTabLock(name, nothing)];
  first.start();
  await expect.poll(first.holder).toBe('here');
  const signed = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const signing = first.finish(() => {
    started.resolve();
    return signed.promise;
  });
  await started.promise;
  let isHere = false;
  const taking = second.takeOver().then(() => {
    isHere = true;
  });
  await expect.poll(first.holder).toBe('elsewhere');
  expect([isHere, second.holder()]).toEqual([false, 'elsewhere']);
  await expect.poll(first.holder).toBe('elsewhere');
  signed.resolve();
  await signing;
  await taking;
  expect(second.holder()).toBe('here');
  const sign = vi.fn(nothing);
  await expect(first.finish(sign)).rejects.toMatchObject({ code: 'OPEN_ELSEWHERE' });
  expect(sign).not.toHaveBeenCalled();
});

test('a tab that answers nothing loses it', async () => {
  const name = fresh();
  // A stuck tab: it holds the lock and hears no channel.
  const stuck = navigator.locks
    .request(`tributary-tab-${name}`, () => new Promise(() => undefined))
    .catch(() => 'stolen');
  const second = createTabLock(name, nothing);
  second.start();
  await expect.poll(second.holder).toBe('elsewhere');
  await second.takeOver();
  expect(second.holder()).toBe('here');
  expect(await stuck).toBe('stolen');
});

test('what a tab does is seen in the others, also in one that opens later, and is gone with it', async () => {
  const name = fresh();
  const stop = vi.fn();
  const doing = createTabShare<number>(name, stop);
  doing.show(1);
  const early = createTabShare<number>(name, () => undefined);
  await expect.poll(early.elsewhere).toBe(1);
  doing.show(2);
  await expect.poll(early.elsewhere).toBe(2);
  early.askToStop();
  await expect.poll(() => stop.mock.calls.length).toBe(1);
  expect(doing.elsewhere()).toBeUndefined();
  doing.show(undefined);
  await expect.poll(early.elsewhere).toBeUndefined();
  doing.show(3);
  await expect.poll(early.elsewhere).toBe(3);
});

test('what a tab did that was killed is gone with its lock, although it said nothing', async () => {
  const name = fresh();
  const killed = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const lock = navigator.locks.request(`tributary-share-${name}`, () => {
    holding.resolve();
    return killed.promise;
  });
  await holding.promise;
  const other = createTabShare<number>(name, () => undefined);
  new BroadcastChannel(`tributary-share-${name}`).postMessage({ kind: 'value', value: 7 });
  await expect.poll(other.elsewhere).toBe(7);
  killed.resolve();
  await lock;
  await expect.poll(other.elsewhere).toBeUndefined();
});
