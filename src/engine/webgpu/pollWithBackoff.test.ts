import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { pollWithBackoff } from './pollWithBackoff.ts';

/** Turns of the event loop until `work` is done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let done = false;
  const end = work.then(() => {
    done = true;
  });
  let turns = 0;
  for (; !done; turns += 1) await nextTurn();
  await end;
  return turns;
}

const pause = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 100, 'done'));

it('slows the event loop while it waits, and only then', async () => {
  const restless = await turnsDuring(pause());
  // Whether waits are consecutive or concurrent, only one sleeper runs.
  for (let wait = 0; wait < 50; wait += 1) await pollWithBackoff(Promise.resolve());
  const asleep = await turnsDuring(Promise.all([pollWithBackoff(pause()), pollWithBackoff(pause())]));
  expect(asleep).toBeLessThan(restless / 8);
  expect(await turnsDuring(pause())).toBeGreaterThan(4 * asleep);
});

it('settles as the work does', async () => {
  expect(await pollWithBackoff(pause())).toBe('done');
  await expect(pollWithBackoff(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
});
