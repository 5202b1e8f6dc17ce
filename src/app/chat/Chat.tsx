// The chat: conversation in the middle, what shaped the chosen answer beside it (on narrow windows in a sheet from below).
import { useNavigate, useParams, useSearchParams } from '@solidjs/router';
import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, onMount, Show } from 'solid-js';
import { database, type MessageRecord } from '../../store/index.ts';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import { t } from '../i18n/t.ts';
import { type AdapterChoice, listAdapters } from '../state/adapters.ts';
import { config } from '../state/config.ts';
import { cancelLoading, engineState, ensureAdapter, ensureModel } from '../state/engine.ts';
import { createLive, createLoaded } from '../state/live.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { type ExternalModel, externalModel, externalModels } from '../state/models/chatRuntimes.ts';
import { missingBytes } from '../state/models/modelFiles.ts';
import { discover } from '../state/settlement.ts';
import { Button, Dialog, EmptyState, ErrorCard, formatBytes, formatOpen } from '../ui/index.ts';
import { Answer } from './Answer.tsx';
import { ChatBar } from './ChatBar.tsx';
import { Composer } from './Composer.tsx';
import {
  ask,
  choice,
  editAndAsk,
  messagesOf,
  regenerate,
  repairInterrupted,
  restoreChoice,
  setChoice,
  stop,
  writing,
} from './conversation.ts';
import { EngineStatus, modelName } from './EngineStatus.tsx';
import { createReadiness } from './Fee.tsx';
import { History } from './History.tsx';
import { InfluencePanel } from './InfluencePanel.tsx';
import { PaymentDialog } from './PaymentDialog.tsx';
import { Question } from './Question.tsx';
import { isRuntimeReady, RuntimeStatus } from './RuntimeStatus.tsx';
import { MAXIMUM_TOKENS } from './streamAnswer.ts';
import { Welcome } from './Welcome.tsx';

/** Files beyond this are never fetched without a click. */
const UNASKED_BYTES = 20_000_000;

export function Chat(): JSX.Element {
  const parameters = useParams<{ chat?: string }>();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams<{ adapter?: string; model?: string }>();
  const wide = matchMedia('(min-width: 72rem)');
  const [isWide, setIsWide] = createSignal(wide.matches);
  const widthChanged = (): void => void setIsWide(wide.matches);
  const [historyOpen, setHistoryOpen] = createSignal(false);
  const [panelOpen, setPanelOpen] = createSignal(false);
  const [paymentOpen, setPaymentOpen] = createSignal(false);
  const [selectedMessage, setSelectedMessage] = createSignal<string>();
  const [selectedSpan, setSelectedSpan] = createSignal<number>();
  const [announcement, setAnnouncement] = createSignal('');
  const [sendFailure, setSendFailure] = createSignal<unknown>();
  let scroller!: HTMLDivElement;

  const adapters = createLive(listAdapters);
  const messages = createLive(() => {
    const { chat } = parameters;
    return chat === undefined ? [] : messagesOf(chat);
  });
  const adapter = createMemo((): AdapterChoice | undefined =>
    adapters()?.find((candidate) => candidate.id === choice().adapterId),
  );
  const adapterOf = (message: MessageRecord | undefined): AdapterChoice | undefined =>
    adapters()?.find((candidate) => candidate.id === message?.adapterId);
  const readiness = createReadiness(adapter);
  const missing = createLoaded(
    () => {
      // Asked again when a loading ends.
      engineState().phase;
      return choice().modelId === '' || externalModel(choice().modelId) !== undefined ? undefined : choice().modelId;
    },
    async (modelId) => ({ modelId, bytes: await missingBytes(modelId) }),
  );
  /** Bytes to fetch for the chosen model; undefined while they are counted. */
  const missingNow = (): number | undefined =>
    missing.value()?.modelId === choice().modelId ? missing.value()?.bytes : undefined;
  /** The chosen model is in the engine, or on its way there, or failed to get there. */
  const engineHasChoice = (): boolean => {
    const state = engineState();
    return 'modelId' in state && state.modelId === choice().modelId;
  };
  const isReady = (): boolean => engineHasChoice() && engineState().phase === 'ready';
  /** The chosen model when another program runs it. */
  const foreign = (): ExternalModel | undefined => externalModel(choice().modelId);
  const mustDownload = (): boolean => {
    const model = foreign();
    return model === undefined ? (missingNow() ?? 0) > UNASKED_BYTES && !isReady() : !isRuntimeReady(model);
  };
  const answers = createMemo(() => (messages() ?? []).filter((message) => message.role === 'assistant'));
  const shownMessage = createMemo(
    () => answers().find((message) => message.id === selectedMessage()) ?? answers().at(-1),
  );

  const readyText = (): string => {
    const state = engineState();
    if (state.phase !== 'ready' || !isReady()) return '';
    const device = state.device.architecture === 'processor' ? t('chat.processorName') : state.device.description;
    return t('chat.ready', { model: modelName(state.modelId), device });
  };
  const memory = (): boolean | undefined => availableModels().find((model) => model.id === choice().modelId)?.memory;

  const [cancelled, setCancelled] = createSignal<string>();
  const cancel = (): void => {
    setCancelled(choice().modelId);
    cancelLoading();
  };
  const prepare = (): void => {
    setCancelled(undefined);
    const current = adapter();
    // Failures are part of the engine's state, shown by EngineStatus.
    const loading: Promise<unknown> = current === undefined ? ensureModel(choice().modelId) : ensureAdapter(current);
    loading.catch(() => undefined);
  };

  onMount(async () => {
    wide.addEventListener('change', widthChanged);
    await repairInterrupted();
    await restoreChoice();
    void discover().catch(() => undefined);
  });
  onCleanup(() => wide.removeEventListener('change', widthChanged));

  // The small model is fetched as soon as the room stands; a big one waits for a click.
  createEffect(
    on([missingNow, adapters], ([bytes, known]) => {
      if (bytes === undefined || known === undefined || bytes > UNASKED_BYTES || engineHasChoice()) return;
      const { modelId } = choice();
      // Who stopped a loading does not want it to begin again by itself.
      if (cancelled() === modelId) return;
      setTimeout(() => {
        if (choice().modelId === modelId && !engineHasChoice() && writing() === undefined) prepare();
      }, 300);
    }),
  );
  // Other rooms lead here with an adapter to try.
  createEffect(
    on([() => search.adapter, adapters], ([wanted, known]) => {
      const found = known?.find((candidate) => candidate.id === wanted);
      if (found === undefined) return;
      setChoice({ modelId: found.modelId, adapterId: found.id });
      setSearch({ adapter: undefined }, { replace: true });
    }),
  );
  // Or with a model that was just installed.
  createEffect(
    on([() => search.model, availableModels, externalModels], ([wanted, known]) => {
      if (wanted === undefined) return;
      if (!known.some(({ id }) => id === wanted) && externalModel(wanted) === undefined) return;
      setChoice({ modelId: wanted, adapterId: undefined });
      setSearch({ model: undefined }, { replace: true });
    }),
  );
  // A chat taken up again brings its model and adapter.
  createEffect(
    on(
      () => parameters.chat,
      async (chatId) => {
        setSelectedMessage(undefined);
        setSelectedSpan(undefined);
        if (chatId === undefined) return;
        const chat = await database().chats.get(chatId);
        if (chat === undefined) navigate('/chat', { replace: true });
        else if (writing() === undefined)
          setChoice({ modelId: chat.modelId, adapterId: chat.adapterId, compare: chat.compare ?? false });
      },
    ),
  );
  // Keep the end in sight while anything grows (words, an error, what shaped the answer), unless the reader has scrolled up.
  let atEnd = true;
  const toEnd = (): void => {
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  };
  const growth = new ResizeObserver(toEnd);
  onMount(() => growth.observe(scroller));
  onCleanup(() => growth.disconnect());
  createEffect(
    on([() => writing()?.messageId, () => parameters.chat], () => {
      atEnd = true;
      toEnd();
    }),
  );
  // One announcement when an answer begins, one with the whole text when it ends: never token by token.
  createEffect(
    on(writing, (now, before) => {
      if (now !== undefined && before === undefined) setAnnouncement(t('chat.answering'));
      if (now === undefined && before !== undefined) setAnnouncement(before.text);
    }),
  );

  const send = async (question: string): Promise<void> => {
    setSendFailure(undefined);
    setSelectedMessage(undefined);
    setSelectedSpan(undefined);
    try {
      const chatId = await ask(parameters.chat, question);
      if (chatId !== parameters.chat) navigate(`/chat/${chatId}`);
    } catch (error) {
      setSendFailure(() => error);
    }
  };
  const again = (action: Promise<void>): void => {
    setSendFailure(undefined);
    action.catch((error: unknown) => setSendFailure(() => error));
  };
  const showInfluence = (messageId: string): void => {
    setSelectedMessage(messageId);
    if (!isWide()) setPanelOpen(true);
  };
  const selectSpan = (messageId: string, span: number | undefined): void => {
    setSelectedMessage(messageId);
    setSelectedSpan(span);
  };
  const locate = (span: number | undefined): void => {
    setSelectedSpan(span);
    if (span === undefined) return;
    setPanelOpen(false);
    queueMicrotask(() => {
      const button = scroller.querySelector<HTMLElement>(
        `[data-message="${shownMessage()?.id ?? ''}"] [data-span="${span}"]`,
      );
      button?.scrollIntoView({ block: 'center' });
      button?.focus();
    });
  };
  const feeNote = (): JSX.Element => {
    const state = readiness.value();
    if (state === undefined || adapter() === undefined) return '';
    switch (state.status) {
      case 'ready':
        return t('chat.feeBefore', {
          amount: formatOpen(answerPrice({ price: state.terms.price, tokens: MAXIMUM_TOKENS }), 4),
        });
      case 'noChain':
        return t('chat.unpaidNoChainShort');
      case 'noModel':
      case 'free':
        return t('chat.unpaidNoModelShort');
      case 'trouble':
        return t('chat.unpaidTroubleShort');
      default:
        return (
          <button
            type="button"
            class="min-h-6 font-medium text-accent underline underline-offset-2"
            onClick={() => setPaymentOpen(true)}
          >
            {state.status === 'exhausted' ? t('chat.topUp') : t('chat.setUp')}
          </button>
        );
    }
  };
  const panel = (): JSX.Element => (
    <Show when={messages() !== undefined}>
      <InfluencePanel
        message={shownMessage()}
        adapter={adapterOf(shownMessage())}
        selectedSpan={selectedSpan()}
        onSelectSpan={locate}
        onSetUp={() => setPaymentOpen(true)}
      />
    </Show>
  );

  return (
    <div class="flex h-full">
      <div class="flex min-w-0 flex-1 flex-col">
        <ChatBar
          adapters={adapters() ?? []}
          onHistory={() => setHistoryOpen(true)}
          onNew={() => {
            navigate('/chat');
            document.getElementById('question')?.focus();
          }}
        />
        <section
          ref={scroller}
          class="min-h-0 flex-1 overflow-y-auto"
          aria-label={t('chat.transcript')}
          tabindex="0"
          onScroll={() => {
            atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
          }}
        >
          <Show
            when={availableModels().length > 0}
            fallback={
              <div class="mx-auto max-w-2xl p-6">
                <EmptyState icon="chat" title={t('chat.noModels')}>
                  {t('chat.noModelsHint')}
                </EmptyState>
              </div>
            }
          >
            <Show
              when={parameters.chat !== undefined}
              fallback={
                <Welcome
                  adapter={adapter()}
                  hasAdapters={(adapters() ?? []).some(({ modelId }) => modelId === choice().modelId)}
                  disabled={mustDownload()}
                  onAsk={(question) => void send(question)}
                />
              }
            >
              <h1 class="sr-only">{t('chat.title')}</h1>
              <div
                ref={(content) => growth.observe(content)}
                class="mx-auto grid max-w-3xl grid-cols-1 gap-8 px-4 py-8"
              >
                <For each={(messages() ?? []).map((message) => message.id)}>
                  {(id) => {
                    const message = createMemo(
                      (before: MessageRecord | undefined) =>
                        messages()?.find((candidate) => candidate.id === id) ?? before,
                    );
                    return (
                      <Show when={message()}>
                        {(current) => (
                          <div
                            data-message={id}
                            style={{ 'content-visibility': 'auto', 'contain-intrinsic-block-size': 'auto 8rem' }}
                          >
                            <Show
                              when={current().role === 'assistant'}
                              fallback={
                                <Question
                                  message={current()}
                                  onEdit={(text) => again(editAndAsk(current().chatId, id, text))}
                                />
                              }
                            >
                              <Answer
                                message={current()}
                                writing={writing()?.messageId === id ? writing() : undefined}
                                adapterName={adapterOf(current())?.name ?? current().adapterId}
                                modelName={modelName(current().modelId)}
                                last={answers().at(-1)?.id === id}
                                selectedSpan={shownMessage()?.id === id ? selectedSpan() : undefined}
                                onSelectSpan={(span) => selectSpan(id, span)}
                                onInfluence={() => showInfluence(id)}
                                onRegenerate={() => again(regenerate(current().chatId, id))}
                              />
                            </Show>
                          </div>
                        )}
                      </Show>
                    );
                  }}
                </For>
              </div>
            </Show>
          </Show>
        </section>
        <div class="mx-auto grid w-full max-w-3xl gap-3 px-4 pb-3">
          <Show when={sendFailure()}>
            {(error) => <ErrorCard error={error()} onDismiss={() => setSendFailure(undefined)} />}
          </Show>
          <Show when={foreign()}>{(model) => <RuntimeStatus model={model()} />}</Show>
          <Show
            when={foreign() === undefined && mustDownload() && !engineHasChoice()}
            fallback={
              <Show
                when={cancelled() === choice().modelId && engineState().phase === 'idle'}
                fallback={foreign() === undefined && <EngineStatus onRetry={prepare} onCancel={cancel} />}
              >
                <Button size="small" class="justify-self-start" icon="download" onClick={prepare}>
                  {t('chat.load', { model: modelName(choice().modelId) })}
                </Button>
              </Show>
            }
          >
            <div class="flex flex-wrap items-center justify-between gap-3 rounded-xl bg-accent-soft px-4 py-3">
              <p class="min-w-0 flex-1 basis-64">
                {t('chat.downloadLead', {
                  model: modelName(choice().modelId),
                  size: formatBytes(missingNow() ?? 0),
                  host: sourceHost(choice().modelId),
                })}
              </p>
              <Button kind="primary" size="small" icon="download" onClick={prepare}>
                {t('chat.download', { size: formatBytes(missingNow() ?? 0) })}
              </Button>
            </div>
          </Show>
          <Composer
            busy={writing() !== undefined}
            disabled={mustDownload() || availableModels().length === 0}
            note={
              <>
                <span>
                  {readyText()}
                  {parameters.chat !== undefined && memory() === false
                    ? ` · ${t('chat.single', { model: modelName(choice().modelId) })}`
                    : ''}
                </span>
                <span>{feeNote()}</span>
              </>
            }
            onSend={(question) => void send(question)}
            onStop={stop}
          />
        </div>
        <p class="sr-only" role="status" aria-live="polite">
          {announcement()}
        </p>
      </div>

      <Show when={isWide() && parameters.chat !== undefined}>
        <aside
          class="w-[26rem] shrink-0 overflow-y-auto border-s border-line bg-ground px-5 py-5"
          aria-label={t('chat.influenceTitle')}
          tabindex="0"
        >
          <h2 class="mb-4 text-lg font-semibold">{t('chat.influenceTitle')}</h2>
          {panel()}
        </aside>
      </Show>
      <Dialog side title={t('chat.influenceTitle')} open={panelOpen() && !isWide()} onOpenChange={setPanelOpen}>
        {panel()}
      </Dialog>
      <History
        open={historyOpen()}
        current={parameters.chat}
        onOpenChange={setHistoryOpen}
        onChoose={(chatId) => {
          setHistoryOpen(false);
          navigate(chatId === undefined ? '/chat' : `/chat/${chatId}`);
        }}
      />
      <PaymentDialog
        open={paymentOpen()}
        onOpenChange={setPaymentOpen}
        adapter={adapterOf(shownMessage()) ?? adapter()}
      />
    </div>
  );

  function sourceHost(modelId: string): string {
    const url = config().models.find((model) => model.id === modelId)?.files[0]?.url ?? '';
    return new URL(url, document.baseURI).host;
  }
}
