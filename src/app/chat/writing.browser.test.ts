import { afterEach, expect, test } from 'vitest';
import { database, type MessageRecord } from '../../store/index.ts';
import { repairInterrupted } from './writing.ts';

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
