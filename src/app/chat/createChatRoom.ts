// The state of the chat room: which chat is open, its messages, which answer and span are selected, and what the address asks
// for. It draws nothing.
import { useNavigate, useParams, useSearchParams } from '@solidjs/router';
import { type Accessor, createEffect, createMemo, createSignal, on, onMount } from 'solid-js';
import type { MessageRecord } from '../../store/index.ts';
import { t } from '../i18n/t.ts';
import { type AdapterChoice, listAdapters } from '../state/adapters.ts';
import { createLive } from '../state/live.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { externalModel, externalModels } from '../state/models/chatRuntimes.ts';
import { discover, isWalletRemembered, walletView } from '../state/settlement.ts';
import { findChat, findMessage, lastAnswerOf, messageIdsOf } from './chats.ts';
import { choice, restoreChoice, setChoice } from './choice.ts';
import { ask } from './conversation.ts';
import { repairInterrupted, writing } from './writing.ts';

export interface ChatRoom {
  /** Undefined in an empty chat. */
  readonly chatId: Accessor<string | undefined>;
  readonly adapters: Accessor<readonly AdapterChoice[] | undefined>;
  /** The adapter that the next question goes to. */
  readonly adapter: Accessor<AdapterChoice | undefined>;
  /** The adapter of an answer. */
  adapterOf(message: MessageRecord | undefined): AdapterChoice | undefined;
  /** In the order in which they were written; undefined until they are read. A message is read where it is drawn. */
  readonly messageIds: Accessor<readonly string[] | undefined>;
  readonly lastAnswer: Accessor<MessageRecord | undefined>;
  /** The answer that the influence panel shows: the selected one, or the last. */
  readonly shownMessage: Accessor<MessageRecord | undefined>;
  /** The selected span of `shownMessage`. */
  readonly selectedSpan: Accessor<number | undefined>;
  select(messageId: string): void;
  selectSpan(span: number | undefined, messageId?: string): void;
  /** Whether the chain is asked about payments: there is a wallet, or a question to pay for. Undefined until that is known. */
  readonly asksChain: Accessor<boolean | undefined>;
  /** For screen readers. */
  readonly announcement: Accessor<string>;
  /** Why the last question was not sent. */
  readonly failure: Accessor<unknown>;
  dismissFailure(): void;
  send(question: string): Promise<void>;
  /** Carries out a change of the conversation; what it throws becomes `failure`. */
  attempt(action: Promise<void>): void;
  /** Opens a chat, or an empty one. */
  open(chatId: string | undefined): void;
}

export function createChatRoom(): ChatRoom {
  const parameters = useParams<{ chat?: string }>();
  const navigate = useNavigate();
  const [selectedMessage, setSelectedMessage] = createSignal<string>();
  const [selectedSpan, setSelectedSpan] = createSignal<number>();
  const [announcement, setAnnouncement] = createSignal('');
  const [failure, setFailure] = createSignal<unknown>();
  const [remembersWallet, setRemembersWallet] = createSignal<boolean>();
  const deselect = (): void => {
    setSelectedMessage(undefined);
    setSelectedSpan(undefined);
  };

  const adapters = createLive(listAdapters);
  const messageIds = createLive((): Promise<readonly string[]> | readonly string[] => {
    const { chat } = parameters;
    return chat === undefined ? [] : messageIdsOf(chat);
  });
  const lastAnswer = createLive(() => {
    const { chat } = parameters;
    return chat === undefined ? undefined : lastAnswerOf(chat);
  });
  const selected = createLive(() => {
    const id = selectedMessage();
    return id === undefined ? undefined : findMessage(id);
  });
  const adapter = createMemo(() => adapters()?.find(({ id }) => id === choice().adapterId));
  const shownMessage = createMemo(() => {
    const found = selected();
    return found !== undefined && found.id === selectedMessage() && found.chatId === parameters.chat
      ? found
      : lastAnswer();
  });

  onMount(async () => {
    await repairInterrupted();
    await restoreChoice();
    setRemembersWallet(await isWalletRemembered());
    // What is in the way of the chain is a state of the payment, shown beside the question's field.
    if (remembersWallet() === true) void discover().catch(() => undefined);
    // A page that went away right after a payment has not told those who collect it. What is in the way now is asked at the next answer.
    const { announceWaiting } = await import('../state/outbox.ts');
    await announceWaiting().catch(() => undefined);
  });
  followAddress(adapters);
  // A chat that is opened again brings its model and adapter.
  createEffect(
    on(
      () => parameters.chat,
      async (chatId) => {
        deselect();
        if (chatId === undefined) return;
        const chat = await findChat(chatId);
        if (chat === undefined) navigate('/chat', { replace: true });
        else if (writing() === undefined)
          setChoice({ modelId: chat.modelId, adapterId: chat.adapterId, compare: chat.compare ?? false });
      },
    ),
  );
  // One announcement when an answer begins, one with the whole text when it ends: never token by token.
  createEffect(
    on(writing, (now, before) => {
      if (now !== undefined && before === undefined) setAnnouncement(t('chat.answering'));
      if (now === undefined && before !== undefined) setAnnouncement(before.text);
    }),
  );

  return {
    chatId: () => parameters.chat,
    adapters,
    adapter,
    adapterOf: (message) => adapters()?.find(({ id }) => id === message?.adapterId),
    messageIds,
    lastAnswer,
    shownMessage,
    selectedSpan,
    select: (messageId) => void setSelectedMessage(messageId),
    selectSpan(span, messageId) {
      if (messageId !== undefined) setSelectedMessage(messageId);
      setSelectedSpan(span);
    },
    asksChain: () => parameters.chat !== undefined || walletView().wallet !== undefined || remembersWallet(),
    announcement,
    failure,
    dismissFailure: () => void setFailure(undefined),
    async send(question) {
      setFailure(undefined);
      deselect();
      try {
        const chatId = await ask(parameters.chat, question);
        if (chatId !== parameters.chat) navigate(`/chat/${chatId}`);
      } catch (error) {
        setFailure(() => error);
      }
    },
    attempt(action) {
      setFailure(undefined);
      action.catch((error: unknown) => setFailure(() => error));
    },
    open: (chatId) => navigate(chatId === undefined ? '/chat' : `/chat/${chatId}`),
  };
}

/** Other rooms lead here with an adapter to try, or with a model that was just installed. */
function followAddress(adapters: Accessor<readonly AdapterChoice[] | undefined>): void {
  const [search, setSearch] = useSearchParams<{ adapter?: string; model?: string }>();
  createEffect(
    on([() => search.adapter, adapters], ([wanted, known]) => {
      const found = known?.find((candidate) => candidate.id === wanted);
      if (found === undefined) return;
      setChoice({ modelId: found.modelId, adapterId: found.id });
      setSearch({ adapter: undefined }, { replace: true });
    }),
  );
  createEffect(
    on([() => search.model, availableModels, externalModels], ([wanted, known]) => {
      if (wanted === undefined) return;
      if (!known.some(({ id }) => id === wanted) && externalModel(wanted) === undefined) return;
      setChoice({ modelId: wanted, adapterId: undefined });
      setSearch({ model: undefined }, { replace: true });
    }),
  );
}
