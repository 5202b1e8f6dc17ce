import { expect, test } from 'vitest';
import { keepRecent } from './keepRecent.ts';

function setUp() {
  const calls: string[] = [];
  const kept = keepRecent<{ readonly id: string; readonly fails?: boolean }, string>({
    max: 2,
    async open({ id, fails }) {
      calls.push(`open ${id}`);
      if (fails === true) throw new Error(id);
      return id;
    },
    close: async (id) => void calls.push(`close ${id}`),
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return { calls, kept, settle };
}

test('each is opened once, and the least recently used gives way', async () => {
  const { calls, kept, settle } = setUp();
  for (const id of ['a', 'b', 'a', 'c']) expect(await kept.open({ id })).toBe(id);
  await settle();
  expect(calls).toEqual(['open a', 'open b', 'open c', 'close b']);
});

test('one that failed is opened again and never closed', async () => {
  const { calls, kept, settle } = setUp();
  await expect(kept.open({ id: 'a', fails: true })).rejects.toThrow('a');
  await kept.open({ id: 'a' });
  await kept.open({ id: 'b' });
  kept.open({ id: 'x', fails: true }).catch(() => undefined);
  await settle();
  expect(calls).toEqual(['open a', 'open a', 'open b', 'open x', 'close a']);
});

test('asked for again while it is being closed, it stays', async () => {
  const { calls, kept, settle } = setUp();
  await Promise.all([kept.open({ id: 'a' }), kept.open({ id: 'b' }), kept.open({ id: 'c' }), kept.open({ id: 'a' })]);
  await settle();
  expect(calls.filter((call) => call === 'close a')).toEqual([]);
});

test('after `clear` nothing of before is closed', async () => {
  const { calls, kept, settle } = setUp();
  await kept.open({ id: 'a' });
  const late = kept.open({ id: 'b' });
  kept.open({ id: 'c' });
  kept.clear();
  await late;
  await settle();
  await kept.open({ id: 'a' });
  expect(calls).toEqual(['open a', 'open b', 'open c', 'open a']);
});
