// Above the conversation: history, model, adapter, comparison, a new chat. Changing the adapter never loads the base again.
import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { externalModelId, externalModels } from '../state/models/chatRuntimes.ts';
import { Icon, IconButton, Keyed } from '../ui/index.ts';
import { choice, setChoice } from './choice.ts';

const SELECT_CLASS =
  'min-h-9 w-full min-w-0 truncate rounded-lg border border-line bg-surface ps-2.5 pe-7 text-base font-medium hover:border-edge sm:text-sm';

export function ChatBar(properties: {
  readonly adapters: readonly AdapterChoice[];
  /** Somebody is about to choose a model or an adapter. */
  readonly onFocusChoice: () => void;
  readonly onHistory: () => void;
  readonly onNew: () => void;
}): JSX.Element {
  const offered = (): readonly AdapterChoice[] =>
    properties.adapters.filter((adapter) => adapter.modelId === choice().modelId);
  const chooseModel = (modelId: string): void => {
    const first = properties.adapters.find((adapter) => adapter.modelId === modelId);
    setChoice({ modelId, adapterId: first?.id });
  };
  return (
    <header class="@container flex flex-wrap items-center gap-x-1 gap-y-2 border-b border-line bg-ground px-2 py-2 sm:flex-nowrap sm:gap-2 sm:px-4">
      <IconButton icon="history" label={t('chat.history')} onClick={() => properties.onHistory()} />
      <div
        class="order-last grid min-w-0 basis-full grid-cols-2 gap-2 px-2 sm:order-none sm:flex sm:max-w-2xl sm:flex-1 sm:basis-auto sm:px-0"
        onFocusIn={() => properties.onFocusChoice()}
      >
        <label class="min-w-0 sm:max-w-60 sm:flex-1">
          <span class="sr-only">{t('chat.model')}</span>
          <select class={SELECT_CLASS} onChange={(event) => chooseModel(event.currentTarget.value)}>
            <Keyed each={availableModels()} by={({ id }) => id}>
              {(model) => (
                <option value={model().id} selected={model().id === choice().modelId}>
                  {model().name}
                </option>
              )}
            </Keyed>
            <Keyed each={externalModels()} by={externalModelId}>
              {(model) => (
                <option value={externalModelId(model())} selected={externalModelId(model()) === choice().modelId}>
                  {t('chat.foreign', { model: model().name, program: t(`chat.program.${model().runtime}`) })}
                </option>
              )}
            </Keyed>
          </select>
        </label>
        <label class="min-w-0 sm:max-w-72 sm:flex-1">
          <span class="sr-only">{t('chat.adapter')}</span>
          <select
            class={SELECT_CLASS}
            onChange={(event) =>
              setChoice({ adapterId: event.currentTarget.value === '' ? undefined : event.currentTarget.value })
            }
          >
            <Keyed each={offered()} by={({ id }) => id}>
              {(adapter) => (
                <option value={adapter().id} selected={adapter().id === choice().adapterId}>
                  {adapter().isTrainedHere ? t('chat.adapterYours', { name: adapter().name }) : adapter().name}
                </option>
              )}
            </Keyed>
            <option value="" selected={choice().adapterId === undefined}>
              {t('chat.adapterNone')}
            </option>
          </select>
        </label>
      </div>
      <button
        type="button"
        aria-pressed={choice().compare}
        aria-label={t('chat.compare')}
        title={t('chat.compareHint')}
        disabled={choice().adapterId === undefined}
        class="ms-auto inline-flex shrink-0 whitespace-nowrap min-h-9 items-center gap-2 rounded-lg px-2 text-sm font-medium text-muted hover:bg-accent-soft hover:text-text disabled:cursor-not-allowed disabled:opacity-40 aria-pressed:bg-accent-soft aria-pressed:text-accent-strong sm:px-3"
        onClick={() => setChoice({ compare: !choice().compare })}
      >
        <Icon name="columns" size={18} />
        <span class="sm:hidden @3xl:inline">{t('chat.compare')}</span>
      </button>
      <IconButton icon="plus" label={t('chat.new')} onClick={() => properties.onNew()} />
    </header>
  );
}
