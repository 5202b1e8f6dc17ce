// The answer that is being written. It lives outside the components, so that it goes on while another room is open. One
// answer at a time; its text so far is stored every second, and the whole answer at its end.
import { batch, createSignal } from 'solid-js';
import type { ChatRequest } from '../../engine/index.ts';
import { isAbort } from '../../lib/errors.ts';
import { type ChatRecord, database, guardWrite, type MessageRecord } from '../../store/index.ts';
import { answerRecord, partialAnswerRecord } from '../../workflows/answers/answerRecord.ts';
import { type AnswerSoFar, MAX_ANSWER_TOKENS, streamAnswer } from '../../workflows/answers/streamAnswer.ts';
import { findAdapter, hasAttribution } from '../state/adapters.ts';
import { ensureAdapter, noteEngineFailure } from '../state/engine.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { capabilitiesOf, ensureChatRuntime } from '../state/models/chatRuntimes.ts';
import { onNextFrame } from '../state/nextFrame.ts';
import { prepareAnswers } from '../state/prepareAnswers.ts';
import { turnsOf } from './chats.ts';
import { modelName } from './modelName.ts';
import { withEntry } from './withEntry.ts';

export interface Writing {
  readonly chatId: string;
  readonly messageId: string;
  readonly phase: 'loading' | 'prompt' | 'writing' | 'base';
  readonly text: string;
  readonly baseText: string;
  /** Number of tokens so far; 0 where the runtime does not report them. */
  readonly tokens: number;
  readonly startedAt: number;
}

/** How an answer is sampled; by default greedily. */
export type AnswerSampling = Pick<ChatRequest, 'temperature' | 'seed'>;

const SAVE_INTERVAL_MILLISECONDS = 1000;

const [writing, setWriting] = createSignal<Writing | undefined>();
const [failures, setFailures] = createSignal<ReadonlyMap<string, unknown>>(new Map());

/** The answer under way, and why others failed, by message. */
export { failures, writing };

let abortWriting: AbortController | undefined;

const own = new Set<string>();

/** Whether this page wrote an answer: until its end is read from storage, its record says that somebody is writing it. */
export const isOwnAnswer = (messageId: string): boolean => own.has(messageId);

/** Stops the answer under way; what was written so far stays. */
export function stop(): void {
  abortWriting?.abort();
}

/** Answers the last question of a chat in a new message. Resolves once that is stored, empty; the answer goes on. */
export async function startAnswer(chat: ChatRecord, createdAt: number, sampling: AnswerSampling = {}): Promise<void> {
  stop();
  const adapter = chat.adapterId === undefined ? undefined : await findAdapter(chat.adapterId);
  const message: MessageRecord = {
    id: crypto.randomUUID(),
    chatId: chat.id,
    role: 'assistant',
    content: '',
    createdAt,
    state: 'streaming',
    modelId: chat.modelId,
    modelName: modelName(chat.modelId),
    ...(chat.adapterId === undefined ? {} : { adapterId: chat.adapterId }),
    ...(adapter === undefined ? {} : { adapterName: adapter.name }),
  };
  own.add(message.id);
  await guardWrite(() => database().messages.put(message));
  const abort = new AbortController();
  abortWriting = abort;
  setWriting({
    chatId: chat.id,
    messageId: message.id,
    phase: 'loading',
    text: '',
    baseText: '',
    tokens: 0,
    startedAt: Date.now(),
  });
  // The lock ends with the tab: whoever finds it free knows that nobody writes this answer any more.
  void navigator.locks.request(answerLock(message.id), () => write(chat, message, sampling, abort.signal));
}

const answerLock = (messageId: string): string => `tributary-answer-${messageId}`;

async function write(
  chat: ChatRecord,
  message: MessageRecord,
  sampling: AnswerSampling,
  signal: AbortSignal,
): Promise<void> {
  const mine = (): boolean => writing()?.messageId === message.id;
  const show = (change: Partial<Writing>): void => {
    if (mine()) setWriting((before) => (before === undefined ? before : { ...before, ...change }));
  };
  setFailures((map) => withEntry(map, message.id, undefined));
  const memory = availableModels().find((candidate) => candidate.id === chat.modelId)?.memory ?? true;
  let soFar: AnswerSoFar = { text: '', ids: [] };
  let savedAt = Date.now();
  /** Leaves something of the answer when the page goes away. */
  const save = (): void => {
    if (Date.now() - savedAt < SAVE_INTERVAL_MILLISECONDS) return;
    savedAt = Date.now();
    // A browser that is full says so when the whole answer is stored.
    guardWrite(() => database().messages.update(message.id, partialAnswerRecord(soFar))).catch(() => undefined);
  };
  try {
    const adapter = chat.adapterId === undefined ? undefined : await findAdapter(chat.adapterId);
    if (adapter !== undefined) void prepareAnswers(adapter);
    const runtime = await ensureChatRuntime(adapter?.modelId ?? chat.modelId, signal);
    if (adapter !== undefined) await ensureAdapter(adapter, signal);
    const messages = await turnsOf(chat.id, message.createdAt, memory);
    show({ phase: 'prompt', startedAt: Date.now() });
    const request = { messages, temperature: 0, ...sampling };
    const shared = { runtime, signal, schedule: onNextFrame };
    const finished = await streamAnswer({
      ...shared,
      request: { ...request, ...(adapter === undefined ? {} : { adapterId: adapter.id }) },
      onUpdate(answer) {
        soFar = answer;
        show({ text: answer.text, tokens: answer.ids.length, phase: 'writing' });
        save();
      },
    });
    let whole: MessageRecord = { ...message, ...answerRecord(finished) };
    if (adapter !== undefined && chat.compare === true) {
      show({ phase: 'base' });
      const base = await streamAnswer({
        ...shared,
        request: { ...request, max_tokens: MAX_ANSWER_TOKENS },
        onUpdate: ({ text }) => show({ baseText: text }),
      });
      whole = { ...whole, baseContent: base.text };
    }
    await guardWrite(() => database().messages.put(whole));
    if (mine()) setWriting(undefined);
    // Where its code cannot be fetched, the answer offers to estimate later.
    if (adapter !== undefined && (await hasAttribution(adapter)))
      import('./influenceJobs.ts').then((jobs) => jobs.estimateInfluence(whole, adapter)).catch(() => undefined);
  } catch (error) {
    if (capabilitiesOf(chat.modelId).recoversDevice) noteEngineFailure(error);
    const stopped = isAbort(error);
    batch(() => {
      if (!stopped) setFailures((map) => withEntry(map, message.id, error));
      if (mine()) setWriting(undefined);
    });
    const state = stopped ? 'stopped' : 'failed';
    // The chat may have been deleted or the question edited meanwhile: update never brings a record back.
    await guardWrite(() => database().messages.update(message.id, { ...partialAnswerRecord(soFar), state })).catch(
      // In a full browser this fails as well; why the answer ended comes first.
      (unsaved: unknown) => setFailures((map) => withEntry(map, message.id, map.get(message.id) ?? unsaved)),
    );
  }
}

/** Marks answers that a page left `streaming` when it went away; those that another tab is writing are left alone. */
export async function repairInterrupted(): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const locks = new Set(held.map(({ name }) => name));
  await database()
    .messages.filter(
      ({ id, state }) => state === 'streaming' && id !== writing()?.messageId && !locks.has(answerLock(id)),
    )
    .modify({ state: 'interrupted' });
}
