// From a finished answer to its influence, receipt and voucher, step by step; each step is reported and can be cancelled.
// Results are stored after each step, so that a cancelled payment does not lose the receipt. It knows no screen, no database and
// no chain: they are ports.
import type { Attribution, AttributionService, IndexSummary } from '../../attribution/index.ts';
import type { EncodedRow, EngineService } from '../../engine/index.ts';
import type { Remote } from '../../lib/rpc.ts';
import type { Hex } from '../../settlement/index.ts';
import type { MessageRecord, ReceiptRecord } from '../../store/index.ts';
import { answerPrice } from './answerPrice.ts';
import type { StoredInfluence } from './storedInfluence.ts';
import { wholeWords } from './wholeWords.ts';

export type InfluencePhase = 'index' | 'gradient' | 'rows' | 'receipt' | 'pay' | 'announce';

/** An adapter as receipts name it. */
export interface AttributedAdapter {
  readonly id: string;
  readonly datanets: readonly string[];
  /** CID of its manifest, once published. */
  readonly manifest?: string;
}

/** What the adapter's model on chain charges. */
interface AnswerTerms {
  readonly modelId: Hex;
  /** Wei per 1,000 tokens of answer. */
  readonly price: bigint;
}

/** Paying for answers. */
export interface AnswerPaymentPorts<Adapter, Terms extends AnswerTerms> {
  /** Whether an answer can be paid (`ready`, with the wei that are left), or why not. Does not throw. */
  readiness(adapter: Adapter): Promise<{ readonly status: string; readonly terms?: Terms; readonly left?: bigint }>;
  /** Address of the connected wallet. */
  payer(): Hex | undefined;
  /** Signs and stores the voucher for one answer. */
  pay(answer: {
    readonly terms: Terms;
    readonly tokens: number;
    readonly receiptDigest: string;
  }): Promise<{ readonly voucherId: string; readonly amount: bigint }>;
  /** What was paid for a receipt by an earlier try; undefined for nothing. */
  find(receiptDigest: string): Promise<{ readonly voucherId: string; readonly amount: bigint } | undefined>;
}

export interface AttributeAnswerPorts<Adapter, Terms extends AnswerTerms> {
  /** With the answer's model and adapter loaded. */
  readonly engine: Pick<Remote<EngineService>, 'decode' | 'encode' | 'encodeAnswer' | 'rowGradient'>;
  readonly attribution: Pick<Remote<AttributionService>, 'attribute' | 'createReceipt'>;
  openIndex(adapter: Adapter, signal: AbortSignal): Promise<IndexSummary>;
  /** Names by lower-case address. */
  contributorNames(datanetIds: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Changes a stored message; does nothing for one that was deleted meanwhile. */
  updateMessage(id: string, change: Partial<MessageRecord>): Promise<void>;
  putReceipt(receipt: ReceiptRecord): Promise<void>;
  readonly payments: AnswerPaymentPorts<Adapter, Terms>;
  /** Sends receipts and vouchers that were not sent yet. */
  announce(): Promise<unknown>;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface AttributeAnswerParameters<Adapter extends AttributedAdapter, Terms extends AnswerTerms> {
  readonly ports: AttributeAnswerPorts<Adapter, Terms>;
  readonly message: MessageRecord;
  /** The question that it answers. */
  readonly prompt: string;
  readonly adapter: Adapter;
  /** The model was given earlier turns of the chat too. */
  readonly manyTurns: boolean;
  readonly signal: AbortSignal;
  readonly onPhase: (phase: InfluencePhase) => void;
}

type Engine = AttributeAnswerPorts<never, never>['engine'];

/** The answer as a row: the tokens that the model generated, and an end token only if it generated one. */
async function encodeMessage(
  engine: Engine,
  message: MessageRecord,
  prompt: string,
  signal: AbortSignal,
): Promise<{ readonly row: EncodedRow; readonly answerIds: readonly number[] }> {
  // Messages of earlier versions have no tokens, or those that their text was encoded to, and do not say how they ended.
  const answerIds = message.answerIds ?? (await engine.encode({ text: message.content }, { signal }));
  const ended = message.ended ?? (message.state === 'done' && message.cut !== true);
  return { row: await engine.encodeAnswer({ prompt, answerIds, ended }, { signal }), answerIds };
}

/**
 * The whole words of answer tokens [start, end), by decoding up to each end: single tokens may be half a character. The span stays
 * as exact as tokens are; a word that it cuts is not said to stand in a row.
 */
async function spanText(
  engine: Engine,
  ids: readonly number[],
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<string> {
  const [before, through, whole] = await Promise.all([
    engine.decode({ ids: ids.slice(0, start) }, { signal }),
    engine.decode({ ids: ids.slice(0, end) }, { signal }),
    engine.decode({ ids: [...ids] }, { signal }),
  ]);
  return wholeWords(whole, before.length, through.length);
}

/** Writes the receipt, and pays where the answer can be paid. */
async function writeReceipt<Adapter extends AttributedAdapter, Terms extends AnswerTerms>({
  ports,
  message,
  prompt,
  adapter,
  signal,
  onPhase,
  answerIds,
  found,
}: AttributeAnswerParameters<Adapter, Terms> & {
  readonly answerIds: readonly number[];
  readonly found: Attribution;
}): Promise<void> {
  const { attribution, payments } = ports;
  onPhase('receipt');
  const { status, terms, left = 0n } = await payments.readiness(adapter);
  const tokens = message.usage?.completionTokens ?? answerIds.length;
  const price = terms === undefined ? 0n : answerPrice({ price: terms.price, tokens });
  const willPay = status === 'ready' && price <= left;
  const receipt = await attribution.createReceipt(
    {
      id: adapter.id,
      attribution: found,
      subject: {
        adapter: adapter.manifest ?? adapter.id,
        model: terms?.modelId ?? '',
        payer: willPay ? (payments.payer() ?? '') : '',
        amount: willPay ? price.toString() : '0',
        timestamp: Math.floor(ports.now() / 1000),
      },
      prompt,
      answer: message.content,
      answerIds,
    },
    { signal },
  );
  await ports.putReceipt({
    id: receipt.digest,
    messageId: message.id,
    adapterId: adapter.id,
    createdAt: ports.now(),
    bytes: receipt.bytes,
    announced: 'no',
    salt: receipt.salt,
  });
  await ports.updateMessage(message.id, { receiptId: receipt.digest });

  if (willPay && terms !== undefined) {
    signal.throwIfAborted();
    onPhase('pay');
    const paid = await payments.pay({ terms, tokens, receiptDigest: receipt.digest });
    await ports.updateMessage(message.id, { voucherId: paid.voucherId, fee: paid.amount });
  }
}

/**
 * Runs the steps; an answer that was paid is not paid again. Throws what they throw; when paying fails, influence and
 * receipt are stored already.
 */
export async function attributeAnswer<Adapter extends AttributedAdapter, Terms extends AnswerTerms>(
  parameters: AttributeAnswerParameters<Adapter, Terms>,
): Promise<void> {
  const { ports, message, prompt, adapter, manyTurns, signal, onPhase } = parameters;
  const { engine, attribution } = ports;
  onPhase('index');
  const summary = await ports.openIndex(adapter, signal);

  onPhase('gradient');
  const { row, answerIds } = await encodeMessage(engine, message, prompt, signal);
  const gradient = await engine.rowGradient({ adapterId: adapter.id, row }, { signal });

  onPhase('rows');
  const found = await attribution.attribute(
    { id: adapter.id, gradient, answerIds },
    { signal, transfer: [gradient.buffer] },
  );
  const { sketch: _, ...shown } = found;
  const influence: StoredInfluence = {
    attribution: shown,
    spanTexts: await Promise.all(found.spans.map((span) => spanText(engine, answerIds, span, signal))),
    index: {
      rowCount: summary.rowCount,
      placeboCount: summary.placeboCount,
      sketchSize: summary.sketchSize,
      policy: summary.policy,
      evaluation: summary.evaluation,
    },
    names: await ports.contributorNames(adapter.datanets, signal),
    manyTurns,
  };
  await ports.updateMessage(message.id, { influence, answerIds });

  // Its receipt is the one that the voucher pays: another would be paid once more.
  const { receiptId, voucherId } = message;
  if (voucherId === undefined) {
    const paid = receiptId === undefined ? undefined : await ports.payments.find(receiptId);
    if (paid === undefined) await writeReceipt({ ...parameters, answerIds, found });
    else await ports.updateMessage(message.id, { voucherId: paid.voucherId, fee: paid.amount });
  }
  onPhase('announce');
  await ports.announce();
}
