// The stored conversations of this browser.
import type { ChatMessage } from '../../engine/index.ts';
import { type ChatRecord, database, type MessageRecord } from '../../store/index.ts';

/** Newest first. */
export function listChats(): Promise<ChatRecord[]> {
  return database().chats.orderBy('updatedAt').reverse().toArray();
}

export function findChat(chatId: string): Promise<ChatRecord | undefined> {
  return database().chats.get(chatId);
}

const inOrder = (chatId: string, before = Number.MAX_SAFE_INTEGER, from = 0) =>
  database().messages.where('[chatId+createdAt]').between([chatId, from], [chatId, before]);

/**
 * What was said before a time, for the model; `memory` false: the last thing alone. One message is read after another, since all that
 * was found out about the answers of a long chat is much more than what was said in it.
 */
export async function turnsOf(chatId: string, before: number, memory: boolean): Promise<ChatMessage[]> {
  const turns: ChatMessage[] = [];
  const said = inOrder(chatId, before)
    .reverse()
    .filter(({ content }) => content !== '');
  await (memory ? said : said.limit(1)).each(({ role, content }) => void turns.push({ role, content }));
  return turns.reverse();
}

/** When the last message of a chat was written; 0 for none. Reads no message. */
export async function lastTimeOf(chatId: string): Promise<number> {
  const key = (await inOrder(chatId).lastKey()) as unknown as readonly [string, number] | undefined;
  return key?.[1] ?? 0;
}

/** Deletes the messages of a chat from a time on; reads none of them. */
export async function deleteMessagesFrom(chatId: string, from: number): Promise<void> {
  await inOrder(chatId, undefined, from).delete();
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
