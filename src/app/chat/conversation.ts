// The state of the chat: which model and adapter, which conversation, what is being written right now. It lives outside the
// components, so that an answer goes on while another room is open. One answer at a time; finished text is in the database.
import { batch, createSignal } from 'solid-js';
import type { ChatMessage } from '../../engine/index.ts';
import { isAbort } from '../../lib/errors.ts';
import {
  type ChatRecord,
  database,
  guardWrite,
  type MessageRecord,
  readSetting,
  writeSetting,
} from '../../store/index.ts';
import { type AdapterChoice, findAdapter, hasAttribution } from '../state/adapters.ts';
import { config } from '../state/config.ts';
import { ensureAdapter, noteEngineFailure } from '../state/engine.ts';
import { availableModels, listModels } from '../state/models/availableModels.ts';
import {
  capabilitiesOf,
  ensureChatRuntime,
  externalModelId,
  restoreExternalModels,
} from '../state/models/chatRuntimes.ts';
import { attributeAnswer, type InfluencePhase } from './attributeAnswer.ts';
import { MAXIMUM_TOKENS, streamAnswer } from './streamAnswer.ts';

export interface Choice {
  readonly modelId: string;
  readonly adapterId: string | undefined;
  readonly compare: boolean;
}

/** What is being written now. */
export interface Writing {
  readonly chatId: string;
  readonly messageId: string;
  readonly phase: 'loading' | 'prompt' | 'writing' | 'base';
  readonly text: string;
  readonly baseText: string;
  readonly tokens: number;
  readonly startedAt: number;
}

export interface InfluenceJob {
  readonly messageId: string;
  readonly phase: InfluencePhase;
}

/** How often the words so far are kept while an answer is written. */
const KEEP_MILLISECONDS = 1000;

const [choice, setChoiceSignal] = createSignal<Choice>({ modelId: '', adapterId: undefined, compare: false });
const [writing, setWriting] = createSignal<Writing | undefined>();
const [influenceJob, setInfluenceJob] = createSignal<InfluenceJob | undefined>();
const [failures, setFailures] = createSignal<ReadonlyMap<string, unknown>>(new Map());
const [influenceFailures, setInfluenceFailures] = createSignal<ReadonlyMap<string, unknown>>(new Map());

export { choice, failures, influenceFailures, influenceJob, writing };

let abortWriting: AbortController | undefined;
let abortInfluence: AbortController | undefined;

/** The choice of the last visit, or the configuration's first model with its first adapter. */
export async function restoreChoice(): Promise<Choice> {
  if (choice().modelId !== '') return choice();
  const remembered = await readSetting<Choice>('chatChoice');
  const [models, external] = await Promise.all([listModels(), restoreExternalModels()]);
  const ids = [...models.map(({ id }) => id), ...external.map(externalModelId)];
  const modelId = ids.find((id) => id === remembered?.modelId) ?? ids[0];
  const known = remembered?.adapterId === undefined ? undefined : await findAdapter(remembered.adapterId);
  const first = config().adapters.find((adapter) => adapter.model === modelId)?.id;
  const adapterId = remembered !== undefined && remembered.modelId === modelId ? known?.id : first;
  // Another room may have chosen meanwhile.
  if (choice().modelId === '')
    setChoiceSignal({ modelId: modelId ?? '', adapterId, compare: remembered?.compare ?? false });
  return choice();
}

/** Chooses for the next question. The base stays loaded when only the adapter changes. */
export function setChoice(next: Partial<Choice>): void {
  setChoiceSignal((before) => ({ ...before, ...next }));
  void writeSetting('chatChoice', choice());
}

function withEntry(map: ReadonlyMap<string, unknown>, key: string, value: unknown): ReadonlyMap<string, unknown> {
  const next = new Map(map);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
}

function titleOf(question: string): string {
  const line = question.trim().split('\n')[0] ?? '';
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** Starts a chat, or takes one up; returns it. */
async function openChat(chatId: string | undefined, question: string): Promise<ChatRecord> {
  const existing = chatId === undefined ? undefined : await database().chats.get(chatId);
  const { modelId, adapterId, compare } = choice();
  const now = Date.now();
  const record: ChatRecord = {
    id: existing?.id ?? crypto.randomUUID(),
    title: existing?.title ?? titleOf(question),
    createdAt: existing?.createdAt ?? now,
    updatedAt: now,
    modelId,
    compare,
    ...(adapterId === undefined ? {} : { adapterId }),
  };
  await guardWrite(() => database().chats.put(record));
  return record;
}

export function messagesOf(chatId: string): Promise<MessageRecord[]> {
  return database()
    .messages.where('[chatId+createdAt]')
    .between([chatId, 0], [chatId, Number.MAX_SAFE_INTEGER])
    .toArray();
}

/** Sends a question; resolves to the chat's id as soon as question and empty answer are stored. */
export async function ask(chatId: string | undefined, question: string): Promise<string> {
  const chat = await openChat(chatId, question);
  const last = (await messagesOf(chat.id)).at(-1);
  // Two messages of one millisecond would lose their order.
  const now = Math.max(Date.now(), (last?.createdAt ?? 0) + 1);
  const user: MessageRecord = {
    id: crypto.randomUUID(),
    chatId: chat.id,
    role: 'user',
    content: question,
    createdAt: now,
    state: 'done',
  };
  await guardWrite(() => database().messages.put(user));
  await answer(chat, now + 1, {});
  return chat.id;
}

/** Answers the last question of a chat again, in other words where the model has any. */
export async function regenerate(chatId: string, messageId: string): Promise<void> {
  stop();
  const chat = await openChat(chatId, '');
  const old = await database().messages.get(messageId);
  if (old === undefined) return;
  await dropFrom(chatId, old.createdAt);
  await answer(
    chat,
    old.createdAt,
    old.state === 'done' ? { temperature: 0.7, seed: Math.floor(Math.random() * 2 ** 31) } : {},
  );
}

/** Replaces a question and everything after it. */
export async function editAndAsk(chatId: string, messageId: string, question: string): Promise<void> {
  stop();
  const old = await database().messages.get(messageId);
  if (old === undefined) return;
  await dropFrom(chatId, old.createdAt);
  await ask(chatId, question);
}

async function dropFrom(chatId: string, createdAt: number): Promise<void> {
  const later = (await messagesOf(chatId)).filter((message) => message.createdAt >= createdAt);
  await database().messages.bulkDelete(later.map((message) => message.id));
}

export async function deleteChat(chatId: string): Promise<void> {
  if (writing()?.chatId === chatId) stop();
  await database().transaction('rw', database().chats, database().messages, async () => {
    await database().messages.where({ chatId }).delete();
    await database().chats.delete(chatId);
  });
}

async function answer(
  chat: ChatRecord,
  createdAt: number,
  sampling: { readonly temperature?: number; readonly seed?: number },
): Promise<void> {
  stop();
  const message: MessageRecord = {
    id: crypto.randomUUID(),
    chatId: chat.id,
    role: 'assistant',
    content: '',
    createdAt,
    state: 'streaming',
    modelId: chat.modelId,
    ...(chat.adapterId === undefined ? {} : { adapterId: chat.adapterId }),
  };
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
  void navigator.locks.request(answerLock(message.id), () => run(chat, message, sampling, abort));
}

const answerLock = (messageId: string): string => `tributary-answer-${messageId}`;

function conversationFor(messages: readonly MessageRecord[], memory: boolean, before: number): ChatMessage[] {
  const turns = messages
    .filter((turn) => turn.createdAt < before && turn.content !== '')
    .map(({ role, content }) => ({ role, content }));
  return memory ? turns : turns.slice(-1);
}

async function run(
  chat: ChatRecord,
  message: MessageRecord,
  sampling: { readonly temperature?: number; readonly seed?: number },
  abort: AbortController,
): Promise<void> {
  const { signal } = abort;
  const mine = (): boolean => writing()?.messageId === message.id;
  const show = (change: Partial<Writing>): void => {
    if (mine()) setWriting((before) => (before === undefined ? before : { ...before, ...change }));
  };
  setFailures((map) => withEntry(map, message.id, undefined));
  const manyTurns = availableModels().find((candidate) => candidate.id === chat.modelId)?.memory ?? true;
  let content = '';
  let baseContent: string | undefined;
  let keptAt = Date.now();
  /** What a page that goes away leaves of the answer. */
  const keep = (): void => {
    if (Date.now() - keptAt < KEEP_MILLISECONDS) return;
    keptAt = Date.now();
    // A browser that is full says so when the whole answer is kept.
    guardWrite(() => database().messages.update(message.id, { content })).catch(() => undefined);
  };
  try {
    const adapter = chat.adapterId === undefined ? undefined : await findAdapter(chat.adapterId);
    const runtime = await ensureChatRuntime(adapter?.modelId ?? chat.modelId, signal);
    if (adapter !== undefined) await ensureAdapter(adapter, signal);
    const messages = conversationFor(await messagesOf(chat.id), manyTurns, message.createdAt);
    show({ phase: 'prompt', startedAt: Date.now() });
    const request = { messages, temperature: 0, ...sampling };
    const finished = await streamAnswer(
      runtime,
      { ...request, ...(adapter === undefined ? {} : { adapterId: adapter.id }) },
      signal,
      (text, tokens) => {
        content = text;
        show({ text, tokens, phase: 'writing' });
        keep();
      },
    );
    content = finished.text;
    if (adapter !== undefined && chat.compare === true) {
      show({ phase: 'base' });
      const asLong = { ...request, max_tokens: MAXIMUM_TOKENS };
      const base = await streamAnswer(runtime, asLong, signal, (text) => show({ baseText: text }));
      baseContent = base.text;
    }
    const whole: MessageRecord = {
      ...message,
      content,
      state: 'done',
      usage: finished.usage,
      ...(finished.cut ? { cut: true } : {}),
      ...(baseContent === undefined ? {} : { baseContent }),
    };
    await guardWrite(() => database().messages.put(whole));
    if (mine()) setWriting(undefined);
    if (adapter !== undefined && (await hasAttribution(adapter))) void estimateInfluence(whole, adapter);
  } catch (error) {
    if (capabilitiesOf(chat.modelId).recoversDevice) noteEngineFailure(error);
    const stopped = isAbort(error);
    batch(() => {
      if (!stopped) setFailures((map) => withEntry(map, message.id, error));
      if (mine()) setWriting(undefined);
    });
    const state = stopped ? 'stopped' : 'failed';
    // The chat may have been deleted or the question edited meanwhile: update never brings a record back.
    await guardWrite(() => database().messages.update(message.id, { content, state }));
  }
}

/** Stops what is being written; the words so far stay. */
export function stop(): void {
  abortWriting?.abort();
}

/** Estimates what shaped an answer, writes the receipt, pays. Never throws: failures are shown beside the answer. */
export async function estimateInfluence(message: MessageRecord, adapter: AdapterChoice): Promise<void> {
  abortInfluence?.abort();
  const abort = new AbortController();
  abortInfluence = abort;
  setInfluenceFailures((map) => withEntry(map, message.id, undefined));
  const messages = await messagesOf(message.chatId);
  const question = messages.filter((turn) => turn.role === 'user' && turn.createdAt < message.createdAt).at(-1);
  if (question === undefined) return;
  const memory = availableModels().find((candidate) => candidate.id === message.modelId)?.memory ?? true;
  try {
    await attributeAnswer({
      message,
      prompt: question.content,
      adapter,
      manyTurns: memory && messages.filter((turn) => turn.role === 'user').length > 1,
      signal: abort.signal,
      onPhase: (phase) => {
        if (!abort.signal.aborted) setInfluenceJob({ messageId: message.id, phase });
      },
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

/** Answers left `streaming` by a page that went away are marked so; those that another tab is writing are left alone. */
export async function repairInterrupted(): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const locks = new Set(held.map(({ name }) => name));
  await database()
    .messages.filter(
      ({ id, state }) => state === 'streaming' && id !== writing()?.messageId && !locks.has(answerLock(id)),
    )
    .modify({ state: 'interrupted' });
}
