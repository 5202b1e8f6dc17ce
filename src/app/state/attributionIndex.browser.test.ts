import { expect, test } from 'vitest';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { indexWork, startIndex } from './attributionIndex.ts';
import { indexLock } from './runLocks.ts';

test('an index that another tab builds is not built here as well, and this is said', async () => {
  const ended = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const lock = navigator.locks.request(indexLock('towns'), () => {
    held.resolve();
    return ended.promise;
  });
  await held.promise;
  startIndex({ id: 'towns' } as TrainingRun);
  await expect.poll(indexWork).toMatchObject({ runId: 'towns', kind: 'failed', error: { code: 'INDEX_ELSEWHERE' } });
  ended.resolve();
  await lock;
});
