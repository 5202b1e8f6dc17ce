// The stored conversations of this browser.
import { type ChatRecord, database, type MessageRecord } from '../../store/index.ts';

/** Newest first. */
export function listChats(): Promise<ChatRecord[]> {
  return database().chats.orderBy('updatedAt').reverse().toArray();
}

export function findChat(chatId: string): Promise<ChatRecord | undefined> {
  return database().chats.get(chatId);
}

const inOrder = (chatId: string, before = Number.MAX_SAFE_INTEGER) =>
  database().messages.where('[chatId+createdAt]').between([chatId, 0], [chatId, before]);

/** In the order in which they were written: all of a chat with everything that was found out about its answers. */
export function messagesOf(chatId: string): Promise<MessageRecord[]> {
  return inOrder(chatId).toArray();
}

/** Their ids in the same order; reads no message. */
export async function messageIdsOf(chatId: string): Promise<readonly string[]> {
  return await inOrder(chatId).primaryKeys();
}

export function findMessage(id: string): Promise<MessageRecord | undefined> {
  return database().messages.get(id);
}

/** The last answer of a chat; reads no more than the end of it. */
export function lastAnswerOf(chatId: string): Promise<MessageRecord | undefined> {
  return inOrder(chatId)
    .reverse()
    .filter(({ role }) => role === 'assistant')
    .first();
}

/** The question that an answer answers, and whether others came before it. Reads no more than these. */
export async function questionOf(answer: MessageRecord): Promise<{
  readonly question: MessageRecord | undefined;
  readonly hasEarlier: boolean;
}> {
  const [question, earlier] = await inOrder(answer.chatId, answer.createdAt)
    .reverse()
    .filter(({ role }) => role === 'user')
    .limit(2)
    .toArray();
  return { question, hasEarlier: earlier !== undefined };
}
