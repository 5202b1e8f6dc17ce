// The stored receipts of answers, and the check that anyone can repeat.
import type { Verification } from '../../attribution/index.ts';
import { database, type MessageRecord, type ReceiptRecord } from '../../store/index.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { attribution, openIndex } from '../state/attribution.ts';
import { questionOf } from './chats.ts';

export async function findReceipt(receiptId: string | undefined): Promise<ReceiptRecord | undefined> {
  return receiptId === undefined ? undefined : await database().receipts.get(receiptId);
}

/** Recomputes a receipt from the adapter's index, with the texts that only this browser has. Throws what opening the index throws. */
export async function verifyReceipt(
  receipt: ReceiptRecord,
  message: MessageRecord,
  adapter: AdapterChoice,
): Promise<Verification> {
  await openIndex(adapter);
  const { question } = await questionOf(message);
  const disclosure = {
    salt: receipt.salt,
    prompt: question?.content ?? '',
    answer: message.content,
    answerIds: message.answerIds ?? [],
  };
  return await attribution().verifyReceipt({ id: adapter.id, receipt: receipt.bytes, disclosure });
}
