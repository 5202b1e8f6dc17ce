// What asking reads of a long chat.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { database, type MessageRecord } from '../../store/index.ts';
import { deleteMessagesFrom, lastTimeOf, messageIdsOf, turnsOf } from './chats.ts';

const message = (createdAt: number, change: Partial<MessageRecord> = {}): MessageRecord => ({
  id: `m${createdAt}`,
  chatId: 'c',
  role: createdAt % 2 === 1 ? 'user' : 'assistant',
  content: `said ${createdAt}`,
  createdAt,
  state: 'done',
  ...change,
});

let reads = 0;
const note = (read: MessageRecord): MessageRecord => {
  reads += 1;
  return read;
};
beforeEach(async () => {
  await database().messages.clear();
  await database().messages.bulkPut([
    ...[1, 2, 3, 4, 5].map((time) => message(time)),
    message(6, { content: '' }),
    message(2, { id: 'other', chatId: 'd', content: 'of another chat' }),
  ]);
  reads = 0;
  database().messages.hook('reading', note);
});
afterEach(async () => {
  database().messages.hook('reading').unsubscribe(note);
  await database().messages.clear();
});

test('the time of the last message is known without reading any', async () => {
  expect(await lastTimeOf('c')).toBe(6);
  expect(await lastTimeOf('empty')).toBe(0);
  expect(reads).toBe(0);
});

test('a model without memory is given the last thing that was said, and no other message is read for it', async () => {
  expect(await turnsOf('c', 6, false)).toEqual([{ role: 'user', content: 'said 5' }]);
  expect(reads).toBe(1);
});

test('one with memory is given what was said before, in order, empty answers left out', async () => {
  expect(await turnsOf('c', 7, true)).toEqual([
    { role: 'user', content: 'said 1' },
    { role: 'assistant', content: 'said 2' },
    { role: 'user', content: 'said 3' },
    { role: 'assistant', content: 'said 4' },
    { role: 'user', content: 'said 5' },
  ]);
  expect(await turnsOf('c', 3, true)).toHaveLength(2);
});

test('messages from a time on are deleted, that one too, unread', async () => {
  await deleteMessagesFrom('c', 4);
  expect(reads).toBe(0);
  expect(await messageIdsOf('c')).toEqual(['m1', 'm2', 'm3']);
  expect(await messageIdsOf('d')).toEqual(['other']);
});
