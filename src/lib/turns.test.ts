import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('turns come in the order of asking, each after the one before has ended', async () => {
  const takeTurn = createTurns();
  const log: string[] = [];
  const work = async (name: string, steps: number): Promise<void> => {
    const done = await takeTurn();
    for (let step = 0; step < steps; step += 1) {
      log.push(name);
      await Promise.resolve();
    }
    done();
  };
  await Promise.all([work('a', 3), work('b', 1), work('c', 2)]);
  expect(log.join('')).toBe('aaabcc');
});
