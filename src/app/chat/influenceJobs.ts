// Estimating what shaped an answer, one answer at a time, also while another room is open.
import { isAbort } from '../../lib/errors.ts';
import { database, guardWrite, type MessageRecord } from '../../store/index.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { attribution, openIndex } from '../state/attribution.ts';
import { contributorNames } from '../state/contributorNames.ts';
import { engine, ensureAdapter, noteEngineFailure } from '../state/engine.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { findPayment, type PaymentTerms, payAnswer, paymentReadiness } from '../state/payments.ts';
import { walletView } from '../state/settlement.ts';
import { findMessage, questionOf } from './chats.ts';
import { setInfluenceFailures, setInfluenceJob } from './influenceState.ts';
import { withEntry } from './withEntry.ts';

let abortInfluence: AbortController | undefined;

/**
 * Estimates what shaped an answer, writes the receipt, pays; one tab at a time, since two would write and pay two receipts. Never
 * throws: failures are shown beside the answer.
 */
export async function estimateInfluence(asked: MessageRecord, adapter: AdapterChoice): Promise<void> {
  abortInfluence?.abort();
  const abort = new AbortController();
  const { signal } = abort;
  abortInfluence = abort;
  setInfluenceFailures((map) => withEntry(map, asked.id, undefined));
  setInfluenceJob({ messageId: asked.id, phase: 'index' });
  try {
    await navigator.locks.request(`tributary-influence-${asked.id}`, { signal }, async () => {
      const message = await findMessage(asked.id);
      // Deleted meanwhile, or another tab has done it.
      if (message === undefined || (asked.receiptId === undefined && message.receiptId !== undefined)) return;
      await estimate(message, adapter, signal);
    });
  } catch (error) {
    noteEngineFailure(error);
    if (!isAbort(error)) setInfluenceFailures((map) => withEntry(map, asked.id, error));
  } finally {
    if (abortInfluence === abort) setInfluenceJob(undefined);
  }
}

async function estimate(message: MessageRecord, adapter: AdapterChoice, signal: AbortSignal): Promise<void> {
  const { question, hasEarlier } = await questionOf(message);
  if (question === undefined) return;
  const memory = availableModels().find((candidate) => candidate.id === message.modelId)?.memory ?? true;
  const [{ attributeAnswer }, { announceOutstanding }] = await Promise.all([
    import('../../workflows/answers/attributeAnswer.ts'),
    import('../state/outbox.ts'),
  ]);
  await attributeAnswer<AdapterChoice, PaymentTerms>({
    ports: {
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
    },
    message,
    prompt: question.content,
    adapter,
    manyTurns: memory && hasEarlier,
    signal,
    onPhase: (phase) => {
      if (!signal.aborted) setInfluenceJob({ messageId: message.id, phase });
    },
  });
}

export function cancelInfluence(): void {
  abortInfluence?.abort();
}
