// From a finished answer to its influence, receipt and voucher, step by step; each step is reported and can be cancelled.
// What is stored after each step stays, so that a cancelled payment does not lose the receipt.
import { database, guardWrite, type MessageRecord } from '../../store/index.ts';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { attribution } from '../state/attribution.ts';
import { contributorNames } from '../state/contributorNames.ts';
import { engine } from '../state/engine.ts';
import { announceOutstanding } from '../state/outbox.ts';
import { payAnswer, paymentReadiness } from '../state/payments.ts';
import { walletView } from '../state/settlement.ts';
import type { StoredInfluence } from './influence.ts';
import { openIndex } from './openIndex.ts';

export type InfluencePhase = 'index' | 'gradient' | 'rows' | 'receipt' | 'pay' | 'announce';

export interface AttributeAnswerParameters {
  readonly message: MessageRecord;
  readonly prompt: string;
  readonly adapter: AdapterChoice;
  /** The chat gave the model earlier turns too. */
  readonly manyTurns: boolean;
  readonly signal: AbortSignal;
  readonly onPhase: (phase: InfluencePhase) => void;
}

/** The words of answer tokens [start, end), by decoding up to each end: single tokens may be half a character. */
async function spanText(ids: readonly number[], start: number, end: number, signal: AbortSignal): Promise<string> {
  const [before, through] = await Promise.all([
    start === 0 ? '' : engine().decode({ ids: ids.slice(0, start) }, { signal }),
    engine().decode({ ids: ids.slice(0, end) }, { signal }),
  ]);
  return through.slice(before.length);
}

/** Runs the steps. Throws what they throw; a payment that fails is recorded as unpaid and thrown last. */
export async function attributeAnswer(parameters: AttributeAnswerParameters): Promise<void> {
  const { message, prompt, adapter, manyTurns, signal, onPhase } = parameters;
  onPhase('index');
  const summary = await openIndex(adapter, signal);

  onPhase('gradient');
  const answer = message.content;
  const [row] = await engine().encodeRows({ rows: [{ prompt, response: answer }] }, { signal });
  if (row === undefined) return;
  const answerIds = row.inputIds.slice(row.promptLength, -1);
  const gradient = await engine().rowGradient({ adapterId: adapter.id, row }, { signal });

  onPhase('rows');
  const found = await attribution().attribute(
    { id: adapter.id, gradient, answerIds },
    { signal, transfer: [gradient.buffer] },
  );
  const { sketch: _, ...shown } = found;
  const influence: StoredInfluence = {
    attribution: shown,
    spanTexts: await Promise.all(found.spans.map((span) => spanText(answerIds, span.start, span.end, signal))),
    index: {
      rowCount: summary.rowCount,
      placeboCount: summary.placeboCount,
      sketchSize: summary.sketchSize,
      policy: summary.policy,
      evaluation: summary.evaluation,
    },
    names: await contributorNames(adapter.datanets, signal),
    manyTurns,
  };
  await guardWrite(() => database().messages.update(message.id, { influence, answerIds }));

  onPhase('receipt');
  const readiness = await paymentReadiness(adapter);
  const terms = 'terms' in readiness ? readiness.terms : undefined;
  const tokens = message.usage?.completionTokens ?? answerIds.length;
  const willPay =
    readiness.status === 'ready' && answerPrice({ price: readiness.terms.price, tokens: tokens }) <= readiness.left;
  const receipt = await attribution().createReceipt(
    {
      id: adapter.id,
      attribution: found,
      subject: {
        adapter: adapter.manifest ?? adapter.id,
        model: terms?.modelId ?? '',
        payer: willPay ? (walletView().wallet?.address ?? '') : '',
        amount: willPay && terms !== undefined ? answerPrice({ price: terms.price, tokens: tokens }).toString() : '0',
        timestamp: Math.floor(Date.now() / 1000),
      },
      prompt,
      answer,
      answerIds,
    },
    { signal },
  );
  await guardWrite(() =>
    database().receipts.put({
      id: receipt.digest,
      messageId: message.id,
      adapterId: adapter.id,
      createdAt: Date.now(),
      bytes: receipt.bytes,
      announced: 'no',
      salt: receipt.salt,
    }),
  );
  await database().messages.update(message.id, { receiptId: receipt.digest });

  if (willPay && terms !== undefined) {
    signal.throwIfAborted();
    onPhase('pay');
    const paid = await payAnswer({ terms, tokens, receiptDigest: receipt.digest });
    await database().messages.update(message.id, { voucherId: paid.voucherId, fee: paid.amount });
  }
  onPhase('announce');
  await announceOutstanding();
}
