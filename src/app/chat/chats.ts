// The stored conversations of this browser.
import { type ChatRecord, database, type MessageRecord } from '../../store/index.ts';

/** Newest first. */
export function listChats(): Promise<ChatRecord[]> {
  return database().chats.orderBy('updatedAt').reverse().toArray();
}

export function findChat(chatId: string): Promise<ChatRecord | undefined> {
  return database().chats.get(chatId);
}

/** In the order in which they were written. */
export function messagesOf(chatId: string): Promise<MessageRecord[]> {
  return database()
    .messages.where('[chatId+createdAt]')
    .between([chatId, 0], [chatId, Number.MAX_SAFE_INTEGER])
    .toArray();
}

/** The question that an answer answers, and the number of questions in the whole chat. */
export async function questionOf(answer: MessageRecord): Promise<{
  readonly question: MessageRecord | undefined;
  readonly questionCount: number;
}> {
  const questions = (await messagesOf(answer.chatId)).filter(({ role }) => role === 'user');
  const question = questions.filter(({ createdAt }) => createdAt < answer.createdAt).at(-1);
  return { question, questionCount: questions.length };
}
