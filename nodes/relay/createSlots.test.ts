import { expect, it } from 'vitest';
import { createSlots } from './createSlots.ts';

it('runs as many as it has slots, lets as many wait as it may, and refuses the next at once', async () => {
  const withSlot = createSlots({ concurrent: 2, waiting: 1 });
  const started: string[] = [];
  const ends = new Map<string, (failure?: Error) => void>();
  const run = (name: string): Promise<string> =>
    withSlot(() => {
      started.push(name);
      return new Promise((resolve, reject) =>
        ends.set(name, (failure) => (failure === undefined ? resolve(name) : reject(failure))),
      );
    });
  const [one, two, three] = [run('one'), run('two'), run('three')];
  await expect(run('four')).rejects.toMatchObject({ code: 'RELAY_BUSY' });
  expect(started).toEqual(['one', 'two']);

  const failure = new Error('refused');
  ends.get('one')?.(failure);
  await expect(one).rejects.toBe(failure);
  // A failure frees its slot, for the one that waits and not for one that comes meanwhile.
  const five = run('five');
  expect(started).toEqual(['one', 'two', 'three']);
  for (const name of ['two', 'three']) ends.get(name)?.();
  expect(await Promise.all([two, three])).toEqual(['two', 'three']);
  ends.get('five')?.();
  expect(await five).toBe('five');
});
