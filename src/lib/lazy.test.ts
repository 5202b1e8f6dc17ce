import { expect, test } from 'vitest';
import { lazy } from './lazy.ts';

test('makes once, tries again after a failure, and frees what was made', async () => {
  let made = 0;
  const freed: number[] = [];
  const counted = lazy(async () => {
    made += 1;
    if (made === 1) throw new Error('not yet');
    return made;
  });
  counted.drop((each) => freed.push(each));
  await expect(counted.get()).rejects.toThrow('not yet');
  expect(await Promise.all([counted.get(), counted.get()])).toEqual([2, 2]);
  counted.drop((each) => freed.push(each));
  expect(await counted.get()).toBe(3);
  expect(freed).toEqual([2]);
});
