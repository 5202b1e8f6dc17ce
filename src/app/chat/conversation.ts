// Asking, asking again, deleting: how the stored conversations change. What is being written is in `writing.ts`.
import { type ChatRecord, database, guardWrite, type MessageRecord } from '../../store/index.ts';
import { deleteMessagesFrom, lastTimeOf } from './chats.ts';
import { restoreChoice } from './choice.ts';
import { startAnswer, stop, writing } from './writing.ts';

const MAX_TITLE_LENGTH = 60;

function titleOf(question: string): string {
  const line = question.trim().split('\n')[0] ?? '';
  return line.length > MAX_TITLE_LENGTH ? `${line.slice(0, MAX_TITLE_LENGTH - 1)}…` : line;
}

/** Starts a chat or continues one, with the model and adapter that are chosen now. */
async function openChat(chatId: string | undefined, question: string): Promise<ChatRecord> {
  const existing = chatId === undefined ? undefined : await database().chats.get(chatId);
  // A question may be quicker than the storage that says whom it is for.
  const { modelId, adapterId, compare } = await restoreChoice();
  const now = Date.now();
  const record: ChatRecord = {
    id: existing?.id ?? crypto.randomUUID(),
    title: existing?.title ?? titleOf(question),
    createdAt: existing?.createdAt ?? now,
    updatedAt: now,
    modelId,
    compare,
    ...(adapterId === undefined ? {} : { adapterId }),
  };
  await guardWrite(() => database().chats.put(record));
  return record;
}

/** Sends a question; resolves to the chat's id as soon as question and empty answer are stored. */
export async function ask(chatId: string | undefined, question: string): Promise<string> {
  const chat = await openChat(chatId, question);
  // Two messages of one millisecond would lose their order.
  const now = Math.max(Date.now(), (await lastTimeOf(chat.id)) + 1);
  const user: MessageRecord = {
    id: crypto.randomUUID(),
    chatId: chat.id,
    role: 'user',
    content: question,
    createdAt: now,
    state: 'done',
  };
  await guardWrite(() => database().messages.put(user));
  await startAnswer(chat, now + 1);
  return chat.id;
}

/** Replaces the last answer of a chat. One that was complete is sampled this time: greedily it would be the same again. */
export async function regenerate(chatId: string, messageId: string): Promise<void> {
  stop();
  const chat = await openChat(chatId, '');
  const old = await database().messages.get(messageId);
  if (old === undefined) return;
  await deleteMessagesFrom(chatId, old.createdAt);
  await startAnswer(
    chat,
    old.createdAt,
    old.state === 'done' ? { temperature: 0.7, seed: Math.floor(Math.random() * 2 ** 31) } : {},
  );
}

/** Replaces a question and everything after it. */
export async function editAndAsk(chatId: string, messageId: string, question: string): Promise<void> {
  stop();
  const old = await database().messages.get(messageId);
  if (old === undefined) return;
  await deleteMessagesFrom(chatId, old.createdAt);
  await ask(chatId, question);
}

export async function deleteChat(chatId: string): Promise<void> {
  if (writing()?.chatId === chatId) stop();
  await database().transaction('rw', database().chats, database().messages, async () => {
    await database().messages.where({ chatId }).delete();
    await database().chats.delete(chatId);
  });
}
