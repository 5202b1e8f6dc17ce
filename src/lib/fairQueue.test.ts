import { expect, it } from 'vitest';
import { TributaryError } from './errors.ts';
import { createFairQueue, type FairQueueParameters } from './fairQueue.ts';

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function world(change: Partial<FairQueueParameters> = {}) {
  let time = 0;
  const started: string[] = [];
  const ends = new Map<string, (failure?: Error) => void>();
  const withTurn = createFairQueue({
    concurrent: 2,
    concurrentPerGroup: 2,
    concurrentPerMember: 1,
    waiting: 100,
    waitingPerGroup: 50,
    waitingPerMember: 10,
    full: () => new TributaryError({ code: 'RELAY_BUSY', message: 'Full.', hint: 'Later.' }),
    now: () => time,
    ...change,
  });
  const run = (name: string, group = name.slice(0, 1)): Promise<string> =>
    withTurn({ group, member: name.split('.', 1)[0] as string }, () => {
      started.push(name);
      return new Promise((resolve, reject) =>
        ends.set(name, (failure) => (failure === undefined ? resolve(name) : reject(failure))),
      );
    });
  const end = async (name: string, milliseconds = 0, failure?: Error): Promise<void> => {
    time += milliseconds;
    ends.get(name)?.(failure);
    await settled();
  };
  return { run, end, started };
}

it('one who asks for much waits for himself alone', async () => {
  const { run, end, started } = world();
  const asked = Array.from({ length: 8 }, (_, index) => run(`bad.${index}`));
  void run('good.0');
  await settled();
  expect(started).toEqual(['bad.0', 'good.0']);
  await end('good.0');
  // Nobody else waits, but the second place is not for a member that has its own.
  expect(started).toEqual(['bad.0', 'good.0']);
  await end('bad.0', 30_000);
  expect([await asked[0], started.at(-1)]).toEqual(['bad.0', 'bad.1']);
});

it('time is shared among groups first: many identities of one address have no more of it than one', async () => {
  const { run, end, started } = world({ concurrent: 1 });
  void run('x1.0');
  for (let index = 2; index < 8; index += 1) void run(`x${index}.0`);
  void run('y1.0');
  void run('y1.1');
  await settled();
  await end('x1.0', 30_000);
  await end('y1.0', 500);
  await end('y1.1', 500);
  await end('x2.0', 30_000);
  expect(started).toEqual(['x1.0', 'y1.0', 'y1.1', 'x2.0', 'x3.0']);
  void run('z1.0');
  void run('y1.2');
  // Who comes new has no more right than the one that has used least of those who are here.
  await end('x3.0', 30_000);
  expect(started.slice(5)).toEqual(['y1.2']);
  await end('y1.2', 1);
  expect(started.slice(5)).toEqual(['y1.2', 'z1.0']);
});

it('refuses at once what is too much for a member, a group and all, and others are let in', async () => {
  const { run } = world({ concurrent: 1, waiting: 5, waitingPerGroup: 3, waitingPerMember: 2 });
  const refused: string[] = [];
  const note = (name: string): void => {
    run(name).catch(({ code }: TributaryError) => refused.push(`${name} ${code}`));
  };
  for (const name of ['a1.0', 'a1.1', 'a1.2', 'a1.3', 'a2.0', 'a2.1', 'b1.0', 'b1.1', 'c1.0']) note(name);
  await settled();
  expect(refused).toEqual(['a1.3 RELAY_BUSY', 'a2.1 RELAY_BUSY', 'c1.0 RELAY_BUSY']);
});

it('a failure passes on and frees its place', async () => {
  const { run, end, started } = world({ concurrent: 1 });
  const failing = run('a.0');
  const next = run('b.0');
  const failure = new Error('refused');
  await settled();
  const seen = expect(failing).rejects.toBe(failure);
  await end('a.0', 1, failure);
  await seen;
  expect(started).toEqual(['a.0', 'b.0']);
  await end('b.0');
  expect(await next).toBe('b.0');
});
