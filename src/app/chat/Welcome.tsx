// An empty chat: what answers here, and three questions to click.
import { For, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { Icon } from '../ui/index.ts';

export function Welcome(properties: {
  readonly adapter: AdapterChoice | undefined;
  /** Whether an adapter exists for this model. */
  readonly hasAdapters: boolean;
  readonly disabled: boolean;
  /** Somebody is about to ask. */
  readonly onFocus: () => void;
  readonly onAsk: (question: string) => void;
}): JSX.Element {
  return (
    <div class="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-16">
      <div class="grid gap-3">
        <h1 class="text-3xl font-semibold sm:text-4xl">
          {properties.adapter === undefined ? t('chat.headingBase') : t('chat.heading')}
        </h1>
        <p class="max-w-prose text-lg text-muted">
          <Show when={properties.adapter} fallback={t('chat.aboutBase')}>
            {(adapter) => (
              <>
                <strong class="font-medium text-text">{adapter().name}.</strong> {adapter().description}
              </>
            )}
          </Show>{' '}
          {t('chat.lead')}
        </p>
      </div>
      <Show
        when={(properties.adapter?.questions.length ?? 0) > 0}
        fallback={
          <p class="text-muted">
            {properties.adapter === undefined && properties.hasAdapters ? t('chat.tryAdapter') : ''}
          </p>
        }
      >
        <div class="grid gap-3">
          <h2 class="text-sm font-medium text-muted">{t('chat.examples')}</h2>
          <ul class="grid gap-3 sm:grid-cols-3" onFocusIn={() => properties.onFocus()}>
            <For each={properties.adapter?.questions.slice(0, 3)}>
              {(question) => (
                <li>
                  <button
                    type="button"
                    disabled={properties.disabled}
                    class="group flex h-full w-full items-center justify-between gap-4 rounded-2xl border border-line bg-surface p-4 text-start transition-colors hover:border-accent disabled:opacity-60 sm:flex-col sm:items-start"
                    onClick={() => properties.onAsk(question)}
                  >
                    <span class="text-pretty">{question}</span>
                    <Icon name="send" size={18} class="text-accent" />
                  </button>
                </li>
              )}
            </For>
          </ul>
        </div>
      </Show>
    </div>
  );
}
