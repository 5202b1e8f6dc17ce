import { expect, test } from 'vitest';
import { createMutex } from './mutex.ts';

test('turns come in the order of asking, each after the one before has ended', async () => {
  const acquire = createMutex();
  const log: string[] = [];
  const work = async (name: string, steps: number): Promise<void> => {
    const done = await acquire();
    for (let step = 0; step < steps; step += 1) {
      log.push(name);
      await Promise.resolve();
    }
    done();
  };
  await Promise.all([work('a', 3), work('b', 1), work('c', 2)]);
  expect(log.join('')).toBe('aaabcc');
});

test('who is aborted while waiting is told at once, and the others keep their order', async () => {
  const acquire = createMutex();
  const first = await acquire();
  const abort = new AbortController();
  const second = acquire(abort.signal);
  let thirdHasIt = false;
  const third = acquire().then((done) => {
    thirdHasIt = true;
    return done;
  });
  abort.abort();
  await expect(second).rejects.toThrow(/abort/i);
  await new Promise((resolve) => setTimeout(resolve));
  expect(thirdHasIt).toBe(false);
  first();
  (await third)();
  await expect(acquire(abort.signal)).rejects.toThrow(/abort/i);
  const last = await acquire(new AbortController().signal);
  last();
});
