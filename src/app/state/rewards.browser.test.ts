import { expect, test } from 'vitest';
import { finalizePending } from './rewards.ts';

test('while another tab settles, this one sends nothing and says so', async () => {
  const settled = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const other = navigator.locks.request('tributary-settling', () => {
    held.resolve();
    return settled.promise;
  });
  await held.promise;
  await expect(finalizePending('0x00')).rejects.toMatchObject({ code: 'REWARDS_ELSEWHERE' });
  settled.resolve();
  await other;
});
