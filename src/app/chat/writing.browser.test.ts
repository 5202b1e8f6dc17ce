import { afterEach, expect, test, vi } from 'vitest';
import { database, type MessageRecord } from '../../store/index.ts';
import { failures, isOwnAnswer, repairInterrupted, startAnswer, stop, writing } from './writing.ts';

const message = (id: string, state: MessageRecord['state']): MessageRecord => ({
  id,
  chatId: 'torn',
  role: 'assistant',
  content: 'Half an',
  createdAt: 1,
  state,
});

afterEach(() => database().messages.where({ chatId: 'torn' }).delete());

test('an answer whose page went away is interrupted; one that another tab is writing is left alone', async () => {
  await database().messages.bulkPut([message('gone', 'streaming'), message('elsewhere', 'streaming')]);
  await navigator.locks.request('tributary-answer-elsewhere', repairInterrupted);
  const states = async () => (await database().messages.bulkGet(['gone', 'elsewhere'])).map((found) => found?.state);
  expect(await states()).toEqual(['interrupted', 'streaming']);
  await repairInterrupted();
  expect(await states()).toEqual(['interrupted', 'interrupted']);
  expect((await database().messages.get('gone'))?.content).toBe('Half an');
});

const chat = { id: 'torn', title: '', createdAt: 1, updatedAt: 1, modelId: 'none' };

test('an answer of this page is never taken for another tab’s, and one that cannot be stored says why', async () => {
  await startAnswer(chat, 1);
  const id = writing()?.messageId ?? '';
  expect([isOwnAnswer(id), isOwnAnswer('elsewhere')]).toEqual([true, false]);
  const full = new DOMException('full', 'QuotaExceededError');
  const update = vi.spyOn(database().messages, 'update').mockRejectedValue(full);
  stop();
  await expect.poll(() => failures().get(id)).toMatchObject({ code: 'STORE_QUOTA_EXCEEDED' });
  update.mockRestore();
  expect(isOwnAnswer(id)).toBe(true);
});
