// Estimating what shaped an answer, one answer at a time, also while another room is open.
import { createSignal } from 'solid-js';
import { isAbort } from '../../lib/errors.ts';
import { database, guardWrite, type MessageRecord } from '../../store/index.ts';
import type { AttributeAnswerPorts, InfluencePhase } from '../../workflows/answers/attributeAnswer.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { attribution, openIndex } from '../state/attribution.ts';
import { contributorNames } from '../state/contributorNames.ts';
import { engine, ensureAdapter, noteEngineFailure } from '../state/engine.ts';
import { inTurn } from '../state/inTurn.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { findPayment, type PaymentTerms, payAnswer, paymentReadiness } from '../state/payments.ts';
import { walletView } from '../state/settlement.ts';
import { findMessage, questionOf } from './chats.ts';
import { withEntry } from './withEntry.ts';

export interface InfluenceJob {
  readonly messageId: string;
  readonly phase: InfluencePhase;
}

const [influenceJob, setInfluenceJob] = createSignal<InfluenceJob | undefined>();
const [influenceFailures, setInfluenceFailures] = createSignal<ReadonlyMap<string, unknown>>(new Map());

/** The estimate under way, and what went wrong with others, by message. */
export { influenceFailures, influenceJob };

let abortInfluence: AbortController | undefined;

/** Estimates what shaped an answer, writes the receipt, pays. Never throws: failures are shown beside the answer. */
export async function estimateInfluence(message: MessageRecord, adapter: AdapterChoice): Promise<void> {
  abortInfluence?.abort();
  const abort = new AbortController();
  const { signal } = abort;
  abortInfluence = abort;
  setInfluenceFailures((map) => withEntry(map, message.id, undefined));
  const { question, hasEarlier } = await questionOf(message);
  if (question === undefined) return;
  const memory = availableModels().find((candidate) => candidate.id === message.modelId)?.memory ?? true;
  try {
    const [{ attributeAnswer }, { announceOutstanding }] = await Promise.all([
      import('../../workflows/answers/attributeAnswer.ts'),
      import('../state/outbox.ts'),
    ]);
    const ports: AttributeAnswerPorts<AdapterChoice, PaymentTerms> = {
      engine: engine(),
      attribution: attribution(),
      async openIndex() {
        // The engine may have been given another model since the answer.
        await ensureAdapter(adapter, signal);
        return await openIndex(adapter, signal);
      },
      contributorNames,
      updateMessage: (id, change) => guardWrite(async () => void (await database().messages.update(id, change))),
      putReceipt: (receipt) => guardWrite(async () => void (await database().receipts.put(receipt))),
      payments: {
        readiness: paymentReadiness,
        payer: () => walletView().wallet?.address,
        pay: payAnswer,
        find: findPayment,
      },
      announce: announceOutstanding,
      now: Date.now,
    };
    // Another tab may be paying the same answer: what it stored is read after it.
    await inTurn(`influence-${message.id}`, async () => {
      signal.throwIfAborted();
      const current = await findMessage(message.id);
      if (current === undefined) return;
      await attributeAnswer({
        ports,
        message: current,
        prompt: question.content,
        adapter,
        manyTurns: memory && hasEarlier,
        signal,
        onPhase: (phase) => {
          if (!signal.aborted) setInfluenceJob({ messageId: message.id, phase });
        },
      });
    });
  } catch (error) {
    noteEngineFailure(error);
    if (!isAbort(error)) setInfluenceFailures((map) => withEntry(map, message.id, error));
  } finally {
    if (abortInfluence === abort) setInfluenceJob(undefined);
  }
}

export function cancelInfluence(): void {
  abortInfluence?.abort();
}
