// With the real attribution service, a made-up world of rows, and an engine whose tokenizer would not choose the tokens that its
// model generates: "w1 w2" is one token to it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AttributionService, createAttributionService, type IndexSummary } from '../../attribution/index.ts';
import { countSketch } from '../../attribution/influence/countSketch.ts';
import { quantize } from '../../attribution/influence/quantize.ts';
import {
  accounts,
  answerIdsOf,
  gradientOf,
  parameterCount,
  sampleWorld,
  seed,
  sketchSize,
} from '../../attribution/testing/sampleWorld.ts';
import type { EncodedRow } from '../../engine/index.ts';
import { connect, expose, type Remote } from '../../lib/rpc.ts';
import type { Hex } from '../../settlement/index.ts';
import type { MessageRecord, ReceiptRecord } from '../../store/index.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { type AttributeAnswerPorts, attributeAnswer } from './attributeAnswer.ts';
import type { StoredInfluence } from './storedInfluence.ts';

const END = 0;
const PROMPT = [900, 901];
const MERGED = 12;
const FACT = 30;
const generated = answerIdsOf(FACT);
const adapter = { id: 'sample', datanets: ['net'] };
const terms = { modelId: `0x${'ab'.repeat(32)}` as Hex, price: 1000n, ownerBps: 500 };
type Ports = AttributeAnswerPorts<typeof adapter, typeof terms>;

const wordsOf = (id: number): string => (id === MERGED ? ' w1 w2' : ` w${id}`);
const decode = (ids: readonly number[]): string => ids.map(wordsOf).join('');
const encode = (text: string): number[] =>
  [...text.replace(' w1 w2', ' w12').matchAll(/w(\d+)/g)].map(([, id]) => Number(id));

let attribution: Remote<AttributionService>;
let summary: IndexSummary;
const { port1, port2 } = new MessageChannel();
beforeAll(async () => {
  expose(createAttributionService(), port1);
  attribution = connect<AttributionService>(port2);
  const { rows, openRows } = sampleWorld(60, (gradient) => quantize(countSketch(gradient, sketchSize, seed)));
  const index = await attribution.buildIndex({ rows, parameterCount, seed });
  summary = await attribution.open({ id: 'sample', index, rows: openRows });
});
afterAll(() => {
  port1.close();
  port2.close();
});

const message = (change: Partial<MessageRecord> = {}): MessageRecord => ({
  id: 'answer',
  chatId: 'chat',
  role: 'assistant',
  content: decode(generated),
  createdAt: 2,
  state: 'done',
  answerIds: generated,
  ended: true,
  usage: { promptTokens: 2, completionTokens: generated.length, prefillMilliseconds: 1, decodeMilliseconds: 1 },
  ...change,
});

interface Log {
  readonly phases: string[];
  readonly rows: EncodedRow[];
  readonly encoded: string[];
  readonly changes: Partial<MessageRecord>[];
  readonly receipts: ReceiptRecord[];
  /** What the engine computed, to be moved to the attribution and not copied: it has as many bytes as the adapter. */
  readonly gradients: Float32Array[];
  readonly paid: { readonly tokens: number; readonly receiptDigest: string }[];
  announced: number;
}

async function run(
  asked: MessageRecord,
  change: (ports: Ports, abort: AbortController) => Partial<Ports> = () => ({}),
): Promise<Log & { readonly error: unknown }> {
  const log: Log = {
    phases: [],
    gradients: [],
    rows: [],
    encoded: [],
    changes: [],
    receipts: [],
    paid: [],
    announced: 0,
  };
  const abort = new AbortController();
  const ports = answeringLate<Ports>({
    engine: {
      decode: async ({ ids }) => decode(ids),
      async encode({ text }) {
        log.encoded.push(text);
        return encode(text);
      },
      encodeAnswer: async ({ answerIds, ended }) => ({
        inputIds: [...PROMPT, ...answerIds, ...(ended ? [END] : [])],
        promptLength: PROMPT.length,
      }),
      async rowGradient({ row }) {
        log.rows.push(row);
        const gradient = gradientOf(FACT, 99);
        log.gradients.push(gradient);
        return gradient;
      },
    },
    attribution,
    openIndex: async () => summary,
    contributorNames: async () => ({ [accounts[1]]: 'Ann' }),
    updateMessage: async (_, changed) => void log.changes.push(changed),
    putReceipt: async (receipt) => void log.receipts.push(receipt),
    payments: answeringLate<Ports['payments']>({
      readiness: async () => ({ status: 'ready', terms, left: 10n ** 18n }),
      payer: () => accounts[0] as Hex,
      async pay({ tokens, receiptDigest }) {
        log.paid.push({ tokens, receiptDigest });
        return { voucherId: 'voucher', amount: 9n };
      },
      find: async () => undefined,
    }),
    async announce() {
      log.announced += 1;
    },
    now: () => 1_790_000_000_500,
  });
  let error: unknown;
  try {
    await attributeAnswer({
      ports: { ...ports, ...change(ports, abort) },
      message: asked,
      prompt: 'Question?',
      adapter,
      manyTurns: false,
      signal: abort.signal,
      onPhase: (phase) => log.phases.push(phase),
    });
  } catch (caught) {
    error = caught;
  }
  return { ...log, error };
}

const check = async (receipt: ReceiptRecord | undefined, answerIds: readonly number[]) =>
  await attribution.verifyReceipt({
    id: 'sample',
    receipt: receipt?.bytes ?? new Uint8Array(),
    disclosure: { salt: receipt?.salt ?? new Uint8Array(), prompt: 'Question?', answer: decode(generated), answerIds },
  });

describe('the tokens of an answer', () => {
  test('are those that the model generated, in row, spans, message and receipt', async () => {
    const { rows, encoded, changes, receipts, error } = await run(message());
    expect(error).toBeUndefined();
    expect(encode(decode(generated))).not.toStrictEqual(generated);
    expect(encoded).toStrictEqual([]);
    expect(rows).toStrictEqual([{ inputIds: [...PROMPT, ...generated, END], promptLength: 2 }]);
    const { influence, answerIds } = changes[0] as MessageRecord & { readonly influence: StoredInfluence };
    expect(answerIds).toStrictEqual(generated);
    const [span] = influence.attribution.spans;
    expect(span).toMatchObject({ start: 0, end: generated.length });
    expect(influence.spanTexts[0]).toBe(decode(generated));
    expect(await check(receipts[0], generated)).toMatchObject({
      valid: true,
      problems: [],
      receipt: { answerTokenCount: generated.length },
    });
    expect((await check(receipts[0], encode(decode(generated)))).valid).toBe(false);
  });

  test('a span stays exact, and its words are those that it holds whole', async () => {
    // The model ends in the middle of a word: the last token of the span and the next one are one word.
    const glued = [...generated, 7];
    const gluing = (ids: readonly number[]): string =>
      decode(ids.slice(0, -1)) + (ids.length > 9 ? 'x' : decode(ids.slice(-1)));
    const { changes } = await run(message({ answerIds: glued, content: gluing(glued) }), ({ engine }) => ({
      engine: { ...engine, decode: async ({ ids }) => (ids.length === 0 ? '' : gluing(ids)) },
    }));
    const { influence } = changes[0] as MessageRecord & { readonly influence: StoredInfluence };
    expect(influence.attribution.spans[0]).toMatchObject({ start: 0, end: generated.length });
    expect(influence.spanTexts[0]).toBe(`${decode(generated.slice(0, -1))} `);
  });

  test('the words of a span begin where it begins', async () => {
    const later = [7, ...generated];
    const { changes } = await run(message({ answerIds: later, content: decode(later) }));
    const { influence } = changes[0] as MessageRecord & { readonly influence: StoredInfluence };
    expect(influence.attribution.spans[0]).toMatchObject({ start: 1, end: later.length });
    expect(influence.spanTexts[0]).toBe(decode(generated));
  });

  test('what is shown beside them: the index, the names, and whether there were turns before', async () => {
    const { changes, gradients } = await run(message());
    expect(gradients.map(({ length }) => length)).toStrictEqual([0]);
    const { influence } = changes[0] as MessageRecord & { readonly influence: StoredInfluence };
    const { rowCount, placeboCount, sketchSize: size, policy, evaluation } = summary;
    expect(influence).toMatchObject({
      index: { rowCount, placeboCount, sketchSize: size, policy, evaluation },
      names: { [accounts[1]]: 'Ann' },
      manyTurns: false,
    });
    // Half a megabyte of what only the receipt needs.
    expect(influence.attribution).not.toHaveProperty('sketch');
  });

  test.each([
    ['an answer that the model ended', { ended: true }, true],
    ['an answer that was cut', { ended: false, cut: true }, false],
    ['an answer that was stopped', { ended: false, state: 'stopped' }, false],
    ['an answer of an earlier version', {}, true],
    ['a cut answer of an earlier version', { cut: true }, false],
    ['a stopped answer of an earlier version', { state: 'stopped' }, false],
  ] as const)('%s has its end token: %#', async (_, change, ends) => {
    const { ended: __, ...rest } = message();
    const { rows } = await run({ ...rest, ...change });
    expect(rows[0]?.inputIds).toStrictEqual([...PROMPT, ...generated, ...(ends ? [END] : [])]);
  });

  test('are encoded again from the text of a message that was stored without them', async () => {
    const { answerIds: _, ended: __, ...old } = message();
    const { rows, changes, receipts } = await run(old);
    const again = encode(old.content);
    expect(rows[0]?.inputIds).toStrictEqual([...PROMPT, ...again, END]);
    expect(changes[0]?.answerIds).toStrictEqual(again);
    expect((await check(receipts[0], again)).valid).toBe(true);
  });
});

describe('the payment', () => {
  test('counts the generated tokens, rounds up, and stands in the receipt', async () => {
    // 9 tokens at 1,001 wei per 1,000 are 9.009 wei.
    const dear = { ...terms, price: 1001n };
    const readiness = async () => ({ status: 'ready', terms: dear, left: 10n });
    const { phases, paid, receipts, changes, announced } = await run(message(), ({ payments }) => ({
      payments: { ...payments, readiness },
    }));
    const { receipt } = await check(receipts[0], generated);
    expect(receipt.subject).toStrictEqual({
      adapter: 'sample',
      model: terms.modelId,
      payer: accounts[0],
      amount: '10',
      timestamp: 1_790_000_000,
    });
    expect(paid).toStrictEqual([{ tokens: 9, receiptDigest: receipts[0]?.id }]);
    expect(changes.slice(1)).toStrictEqual([{ receiptId: receipts[0]?.id }, { voucherId: 'voucher', fee: 9n }]);
    expect(phases).toStrictEqual(['index', 'gradient', 'rows', 'receipt', 'pay', 'announce']);
    expect(announced).toBe(1);
  });

  test.each([
    ['less is left than the answer costs', { status: 'ready', terms, left: 8n }, terms.modelId],
    ['the key was not set up', { status: 'notSetUp', terms }, terms.modelId],
    ['there is no chain', { status: 'noChain' }, ''],
  ])('is not made when %s: the receipt says so', async (_, state, model) => {
    const { phases, paid, receipts, announced } = await run(message(), ({ payments }) => ({
      payments: { ...payments, readiness: async () => state },
    }));
    const { receipt } = await check(receipts[0], generated);
    expect(receipt.subject).toMatchObject({ model, payer: '', amount: '0' });
    expect([paid, phases.includes('pay'), announced]).toStrictEqual([[], false, 1]);
  });

  test('is by the tokens that are there where their number was not reported; who pays may be unknown', async () => {
    const { usage: _, ...uncounted } = message();
    const { paid, receipts } = await run(uncounted, ({ payments }) => ({
      payments: { ...payments, payer: () => undefined },
    }));
    expect(paid).toStrictEqual([{ tokens: generated.length, receiptDigest: receipts[0]?.id }]);
    expect(receipts).toStrictEqual([
      {
        id: expect.any(String),
        messageId: 'answer',
        adapterId: 'sample',
        createdAt: 1_790_000_000_500,
        bytes: expect.any(Uint8Array),
        announced: 'no',
        salt: expect.any(Uint8Array),
      },
    ]);
    const { receipt } = await check(receipts[0], generated);
    expect(receipt.subject).toMatchObject({ payer: '', amount: '9' });
  });

  test.each([
    ['the influence', 'influence'],
    ['that the message has a receipt', 'receiptId'],
    ['the receipt', 'receipt'],
  ])('is not made when %s cannot be stored', async (_, what) => {
    const { error, paid, announced } = await run(message(), (ports) => ({
      async updateMessage(id, changed) {
        if (what in changed) throw new Error('full');
        await ports.updateMessage(id, changed);
      },
      async putReceipt(receipt) {
        if (what === 'receipt') throw new Error('full');
        await ports.putReceipt(receipt);
      },
    }));
    expect(error).toMatchObject({ message: 'full' });
    expect([paid, announced]).toStrictEqual([[], 0]);
  });

  test('that fails leaves influence and receipt', async () => {
    const failing = async (): Promise<never> => {
      throw new Error('no key');
    };
    const { error, receipts, changes, announced } = await run(message(), ({ payments }) => ({
      payments: { ...payments, pay: failing },
    }));
    expect(error).toMatchObject({ message: 'no key' });
    expect(receipts).toHaveLength(1);
    expect(changes.map((change) => Object.keys(change))).toStrictEqual([['influence', 'answerIds'], ['receiptId']]);
    expect(announced).toBe(0);
  });

  test('is made once, though sending it failed and the answer is attributed again', async () => {
    const offline = async (): Promise<never> => {
      throw new Error('no relay');
    };
    const first = await run(message(), () => ({ announce: offline }));
    expect(first.error).toMatchObject({ message: 'no relay' });
    const again = await run(message(Object.assign({}, ...first.changes)));
    expect(again.error).toBeUndefined();
    expect([first.paid.length, again.paid, again.receipts, again.announced]).toStrictEqual([1, [], [], 1]);
    expect(again.changes.map((change) => Object.keys(change))).toStrictEqual([['influence', 'answerIds']]);
  });

  test('is made once, though the page was closed before the answer knew of it', async () => {
    const first = await run(message(), (ports) => ({
      async updateMessage(id, changed) {
        if (changed.voucherId !== undefined) throw new Error('closed');
        await ports.updateMessage(id, changed);
      },
    }));
    expect([first.error, first.paid.length]).toMatchObject([{ message: 'closed' }, 1]);
    const again = await run(message(Object.assign({}, ...first.changes)), ({ payments }) => ({
      payments: {
        ...payments,
        find: async (digest) =>
          digest === first.paid[0]?.receiptDigest ? { voucherId: 'voucher', amount: 9n } : undefined,
      },
    }));
    expect([again.error, again.paid, again.receipts, again.announced]).toStrictEqual([undefined, [], [], 1]);
    expect(again.changes.at(-1)).toStrictEqual({ voucherId: 'voucher', fee: 9n });
  });

  test.each([
    ['was declined', { status: 'ready', terms, left: 10n ** 18n }],
    ['was not set up', { status: 'notSetUp', terms }],
    ['had no chain', { status: 'noChain' }],
  ])('that %s is made when it is asked for again, by a receipt that says so', async (_, before) => {
    const first = await run(message(), ({ payments }) => ({
      payments: {
        ...payments,
        readiness: async () => before,
        pay: () => Promise.reject(new Error('declined')),
      },
    }));
    const left = message(Object.assign({}, ...first.changes));
    expect(left).toMatchObject({ receiptId: first.receipts[0]?.id });
    expect([left.voucherId, left.fee]).toStrictEqual([undefined, undefined]);
    const again = await run(left);
    expect(again.error).toBeUndefined();
    expect(again.paid).toStrictEqual([{ tokens: 9, receiptDigest: again.receipts[0]?.id }]);
    const { receipt } = await check(again.receipts[0], generated);
    expect(receipt.subject).toMatchObject({ payer: accounts[0], model: terms.modelId, amount: '9' });
    expect(again.changes.slice(1)).toStrictEqual([
      { receiptId: again.receipts[0]?.id },
      { voucherId: 'voucher', fee: 9n },
    ]);
    expect(again.announced).toBe(1);
  });

  test('is not made after a cancellation', async () => {
    const { error, paid, receipts } = await run(message(), ({ putReceipt }, abort) => ({
      async putReceipt(receipt) {
        await putReceipt(receipt);
        abort.abort(new Error('cancelled'));
      },
    }));
    expect(error).toMatchObject({ message: 'cancelled' });
    expect([receipts.length, paid]).toStrictEqual([1, []]);
  });
});
