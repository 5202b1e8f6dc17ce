// The conversation: its messages, or a welcome while there are none. Of a long one only what is near the window is read and drawn.
import { createEffect, For, type JSX, on, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { acceptOtherBase } from '../state/adapters.ts';
import { createLive } from '../state/live.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { EmptyState } from '../ui/index.ts';
import { Answer } from './Answer.tsx';
import { findMessage } from './chats.ts';
import { choice } from './choice.ts';
import { editAndAsk, regenerate } from './conversation.ts';
import type { ChatRoom } from './createChatRoom.ts';
import type { ModelLoading } from './createModelLoading.ts';
import { DrawnWhenNear } from './DrawnWhenNear.tsx';
import { followEnd } from './followEnd.ts';
import { modelName } from './modelName.ts';
import { Question } from './Question.tsx';
import { Welcome } from './Welcome.tsx';
import { writing } from './writing.ts';

export function Transcript(properties: {
  readonly room: ChatRoom;
  readonly loading: ModelLoading;
  readonly onInfluence: (messageId: string) => void;
  readonly onSelectSpan: (span: number | undefined, messageId: string) => void;
}): JSX.Element {
  const { room } = properties;
  let scroller!: HTMLElement;
  const end = followEnd(() => scroller);
  createEffect(on([() => writing()?.messageId, room.chatId], () => end.toEnd()));
  const hasAdapters = (): boolean => (room.adapters() ?? []).some(({ modelId }) => modelId === choice().modelId);
  return (
    <section
      ref={scroller}
      class="min-h-0 flex-1 overflow-y-auto"
      aria-label={t('chat.transcript')}
      tabindex="0"
      onScroll={end.scrolled}
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
          when={room.chatId() !== undefined}
          fallback={
            // Only once model and adapter are known, or the text would change after it is shown.
            <Show when={room.adapters() !== undefined && choice().modelId !== ''}>
              <Welcome
                adapter={room.adapter()}
                hasAdapters={hasAdapters()}
                disabled={properties.loading.mustDownload()}
                onFocus={properties.loading.begin}
                onAsk={(question) => void room.send(question)}
              />
            </Show>
          }
        >
          <h1 class="sr-only">{t('chat.title')}</h1>
          <div ref={end.watch} class="mx-auto grid max-w-3xl grid-cols-1 gap-8 px-4 py-8">
            <For each={room.messageIds()}>
              {(id) => (
                <DrawnWhenNear
                  id={id}
                  always={id === room.shownMessage()?.id || id === writing()?.messageId}
                  root={scroller}
                >
                  <Message
                    room={room}
                    id={id}
                    onInfluence={() => properties.onInfluence(id)}
                    onSelectSpan={(span) => properties.onSelectSpan(span, id)}
                  />
                </DrawnWhenNear>
              )}
            </For>
          </div>
        </Show>
      </Show>
    </section>
  );
}

function Message(properties: {
  readonly room: ChatRoom;
  readonly id: string;
  readonly onInfluence: () => void;
  readonly onSelectSpan: (span: number | undefined) => void;
}): JSX.Element {
  const { room, id } = properties;
  const message = createLive(() => findMessage(id));
  return (
    <Show when={message()}>
      {(current) => (
        <Show
          when={current().role === 'assistant'}
          fallback={
            <Question message={current()} onEdit={(text) => room.attempt(editAndAsk(current().chatId, id, text))} />
          }
        >
          <Answer
            message={current()}
            writing={writing()?.messageId === id ? writing() : undefined}
            adapterName={current().adapterName ?? room.adapterOf(current())?.name ?? current().adapterId}
            modelName={current().modelName ?? modelName(current().modelId)}
            last={room.lastAnswer()?.id === id}
            selectedSpan={room.shownMessage()?.id === id ? room.selectedSpan() : undefined}
            onSelectSpan={properties.onSelectSpan}
            onInfluence={() => properties.onInfluence()}
            onRegenerate={() => room.attempt(regenerate(current().chatId, id))}
            onAcceptBase={() => {
              const adapter = room.adapterOf(current());
              if (adapter === undefined) return;
              room.attempt(acceptOtherBase(adapter).then(() => regenerate(current().chatId, id)));
            }}
          />
        </Show>
      )}
    </Show>
  );
}
