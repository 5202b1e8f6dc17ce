// One answer in two tabs: the second waits, and does nothing that the first has done.
import { beforeEach, expect, test } from 'vitest';
import { database, type MessageRecord } from '../../store/index.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { cancelInfluence, estimateInfluence } from './influenceJobs.ts';
import { influenceFailures, influenceJob } from './influenceState.ts';

const answer: MessageRecord = {
  id: 'answer',
  chatId: 'c',
  role: 'assistant',
  content: 'Bricks.',
  createdAt: 2,
  state: 'done',
};
const adapter: AdapterChoice = { id: 'a', name: 'A', modelId: 'm', datanets: [], questions: [] } as never;

beforeEach(async () => {
  await database().messages.clear();
  await database().messages.put(answer);
});

/** As another tab that is at it. */
async function otherTab(): Promise<() => Promise<void>> {
  const ended = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const lock = navigator.locks.request('tributary-influence-answer', () => {
    held.resolve();
    return ended.promise;
  });
  await held.promise;
  return async () => {
    ended.resolve();
    await lock;
  };
}

test('what another tab has attributed meanwhile is not attributed again', async () => {
  const end = await otherTab();
  let isOver = false;
  const estimate = estimateInfluence(answer, adapter).then(() => {
    isOver = true;
  });
  expect(influenceJob()).toEqual({ messageId: 'answer', phase: 'index' });
  await database().messages.update('answer', { receiptId: 'of the other tab' });
  expect(isOver).toBe(false);
  await end();
  await estimate;
  expect(influenceJob()).toBeUndefined();
  expect(influenceFailures().get('answer')).toBeUndefined();
  expect((await database().messages.get('answer'))?.receiptId).toBe('of the other tab');
});

test('an answer that was deleted meanwhile is let be, and waiting can be cancelled', async () => {
  const end = await otherTab();
  const cancelled = estimateInfluence(answer, adapter);
  cancelInfluence();
  await cancelled;
  expect(influenceJob()).toBeUndefined();
  const estimate = estimateInfluence(answer, adapter);
  await database().messages.clear();
  await end();
  await estimate;
  expect(influenceFailures().get('answer')).toBeUndefined();
  expect(await database().messages.count()).toBe(0);
});
