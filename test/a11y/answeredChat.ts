// A chat with one compared, attributed answer, as the chat stores it.
import { database } from '../../src/store/index.ts';

/** The texts in it that people wrote. */
export interface ChatWords {
  readonly title: string;
  readonly question: string;
  readonly answer: string;
  readonly base: string;
  /** Occurs in the answer and in a row. */
  readonly span: string;
  readonly name: string;
}

/** Writes the chat `c` with its messages `q` and `r`. */
export async function answeredChat(words: ChatWords): Promise<void> {
  const row = {
    row: 0,
    account: '0xaa00000000000000000000000000000000000001',
    rowHash: '',
    contribution: '',
    position: 4,
    prompt: words.question,
    response: words.answer,
    influence: 3,
    influential: true,
    verbatimBits: 40,
    ppm: 700_000,
  };
  const influence = {
    attribution: {
      method: 'dual-ridge-int8-sketch',
      evaluation: null,
      threshold: 1,
      placeboCount: 60,
      influentialCount: 1,
      rows: [row, { ...row, row: 1, influential: false, verbatimBits: 0, ppm: 0 }],
      spans: [{ start: 1, end: 4, bits: 40, count: 1, rows: [0] }],
      contributors: [{ account: row.account, ppm: 1_000_000 }],
      unattributedPpm: 300_000,
    },
    spanTexts: [words.span],
    index: {
      rowCount: 1500,
      placeboCount: 60,
      sketchSize: 4096,
      policy: {
        channelsPpm: [800_000, 200_000, 0],
        placeboPercent: 95,
        capPpm: 1_000_000,
        minimumSpanTokens: 3,
        minimumSpanBits: 20,
      },
      evaluation: { method: 'source-recovery', questions: 50, firstIsSource: 48, sourceInFive: 50 },
    },
    names: { [row.account]: words.name },
    manyTurns: false,
  };
  await database().chats.put({
    id: 'c',
    title: words.title,
    modelId: 'm',
    adapterId: 'a',
    compare: true,
    createdAt: 1,
    updatedAt: 2,
  });
  await database().messages.bulkPut([
    { id: 'q', chatId: 'c', role: 'user', content: words.question, createdAt: 1, state: 'done' },
    {
      id: 'r',
      chatId: 'c',
      role: 'assistant',
      content: words.answer,
      baseContent: words.base,
      createdAt: 2,
      state: 'done',
      modelId: 'm',
      adapterId: 'a',
      influence,
      usage: { promptTokens: 10, completionTokens: 7, prefillMilliseconds: 100, decodeMilliseconds: 500 },
    },
  ]);
}
