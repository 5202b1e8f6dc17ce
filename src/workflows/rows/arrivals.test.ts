import { expect, test } from 'vitest';
import { cid as asCid } from '../../lib/units.ts';
import type { ReceivedAnnouncement } from '../../peers/index.ts';
import { createArrivals, type FailedArrival } from './arrivals.ts';

const announcement = (cid: string): ReceivedAnnouncement => ({
  kind: 'contribution',
  scope: 'towns',
  cid: asCid(cid),
  provider: 'peer-1',
  via: 'heads',
});

function world() {
  const unreachable = new Set<string>();
  const received: ReceivedAnnouncement[] = [];
  let failures: readonly FailedArrival[] = [];
  const clock = { now: 0 };
  const arrivals = createArrivals({
    async receive(arrival) {
      if (unreachable.has(arrival.cid)) throw new Error(`nobody has ${arrival.cid}`);
      received.push(arrival);
    },
    onFailures: (next) => {
      failures = next;
    },
    now: () => clock.now,
  });
  return { arrivals, unreachable, received, clock, failed: () => failures.map((failure) => failure.announcement.cid) };
}

test('lists what failed, once each, and takes it off when it arrives after all', async () => {
  const { arrivals, unreachable, failed } = world();
  unreachable.add('one').add('two');
  for (const cid of ['one', 'two', 'one', 'three']) await arrivals.take(announcement(cid));
  expect(failed()).toStrictEqual(['two', 'one']);
  unreachable.delete('one');
  await arrivals.take(announcement('one'));
  expect(failed()).toStrictEqual(['two']);
});

test('tries again as it was announced, and lists what fails again', async () => {
  const { arrivals, unreachable, received, failed } = world();
  unreachable.add('one').add('two');
  for (const cid of ['one', 'two']) await arrivals.take(announcement(cid));
  unreachable.delete('two');
  await arrivals.retry();
  expect(received).toStrictEqual([announcement('two')]);
  expect(failed()).toStrictEqual(['one']);
});

test('fetches few at once, in turns of those who announced, and lists the newest failures alone', async () => {
  const running: string[] = [];
  const ends: (() => void)[] = [];
  let failures: readonly FailedArrival[] = [];
  const arrivals = createArrivals({
    receive: ({ provider, cid }) => {
      running.push(`${provider} ${cid}`);
      return new Promise((_, reject) => ends.push(() => reject(new Error('nobody has it'))));
    },
    onFailures: (next) => {
      failures = next;
    },
    now: () => 0,
  });
  const taken = Array.from({ length: 300 }, (_, index) =>
    arrivals.take({ ...announcement(String(index)), provider: 'flood' }),
  );
  taken.push(arrivals.take({ ...announcement('honest'), provider: 'other' }));
  await new Promise((resolve) => void setImmediate(resolve));
  expect(running).toStrictEqual(['flood 0', 'flood 1', 'other honest']);
  while (ends.length > 0) {
    for (const end of ends.splice(0)) end();
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await Promise.all(taken);
  expect([running.length, failures.length, failures.at(-1)?.announcement.cid]).toStrictEqual([301, 200, '299']);
});

test('refuses what is announced past what a node lists', async () => {
  let failures: readonly FailedArrival[] = [];
  const arrivals = createArrivals({
    receive: () => new Promise(() => undefined),
    onFailures: (next) => {
      failures = next;
    },
    now: () => 0,
  });
  for (let index = 0; index < 10_003; index += 1) void arrivals.take(announcement(String(index)));
  await new Promise((resolve) => void setImmediate(resolve));
  expect(failures).toMatchObject([{ error: { code: 'ARRIVALS_FULL' }, announcement: { cid: '10002' } }]);
});

test('tries again by itself at most every fifteen seconds', async () => {
  const { arrivals, unreachable, received, clock } = world();
  unreachable.add('one');
  await arrivals.take(announcement('one'));
  unreachable.clear();
  clock.now = 14_999;
  await arrivals.retryIfDue();
  expect(received).toStrictEqual([]);
  clock.now = 15_000;
  await arrivals.retryIfDue();
  expect(received).toHaveLength(1);
  unreachable.add('two');
  await arrivals.take(announcement('two'));
  unreachable.clear();
  clock.now = 29_999;
  await arrivals.retryIfDue();
  expect(received).toHaveLength(1);
  clock.now = 30_000;
  await arrivals.retryIfDue();
  expect(received.map(({ cid }) => cid)).toStrictEqual(['one', 'two']);
  // Where nothing failed there is nothing to be late with.
  clock.now = 60_000;
  await arrivals.retryIfDue();
  unreachable.add('three');
  await arrivals.take(announcement('three'));
  unreachable.clear();
  await arrivals.retryIfDue();
  expect(received).toHaveLength(3);
});

test('fetches eight at once, from as many providers', async () => {
  const running: string[] = [];
  const arrivals = createArrivals({
    receive: ({ cid }) => {
      running.push(cid);
      return new Promise(() => undefined);
    },
    onFailures: () => undefined,
    now: () => 0,
  });
  for (let index = 0; index < 20; index += 1)
    void arrivals.take({ ...announcement(String(index)), provider: `peer-${index}` });
  await new Promise((resolve) => void setImmediate(resolve));
  expect(running).toStrictEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
});

test('what arrives well changes no list of failures', async () => {
  let lists = 0;
  const arrivals = createArrivals({
    receive: async ({ cid }) => {
      if (cid === 'bad') throw new Error('nobody has it');
    },
    onFailures: () => {
      lists += 1;
    },
    now: () => 0,
  });
  await arrivals.take(announcement('good'));
  await arrivals.take(announcement('bad'));
  await arrivals.take(announcement('other'));
  expect(lists).toBe(1);
});
