// What a message stores of its answer.
import type { MessageRecord } from '../../store/index.ts';
import type { AnswerSoFar, FinishedAnswer } from './streamAnswer.ts';

/** Of an answer that is being written, was stopped or was interrupted. */
export function partialAnswerRecord({ text, ids }: AnswerSoFar): Pick<MessageRecord, 'content' | 'answerIds'> {
  return { content: text, ...(ids.length === 0 ? {} : { answerIds: ids }) };
}

/** Of a finished answer. */
export function answerRecord(
  answer: FinishedAnswer,
): Pick<MessageRecord, 'content' | 'answerIds' | 'ended' | 'usage' | 'cut' | 'state'> {
  const { usage, ended, cut } = answer;
  return { ...partialAnswerRecord(answer), state: 'done', usage, ended, ...(cut ? { cut } : {}) };
}
