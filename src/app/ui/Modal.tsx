// A modal dialog: focus trap, Escape and return of focus by Kobalte. `side` slides it in as a panel from the edge; on a phone
// that is a sheet from below. Imported through `Dialog`, since Kobalte weighs more than all other components together.
import { Dialog as Kobalte } from '@kobalte/core/dialog';
import { type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Icon } from './Icon.tsx';

export interface ModalProperties {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: string;
  readonly side?: boolean;
  /** Buttons below the content, the main action last. */
  readonly actions?: JSX.Element;
  readonly children?: JSX.Element;
}

export function Modal(properties: ModalProperties): JSX.Element {
  const place = (): string =>
    properties.side === true
      ? 'fixed inset-x-0 bottom-0 max-h-[85dvh] rounded-t-2xl md:inset-y-0 md:start-auto md:end-0 md:max-h-none md:w-[28rem] md:rounded-none'
      : 'fixed inset-x-4 top-1/2 mx-auto max-h-[85dvh] max-w-lg -translate-y-1/2 rounded-2xl';
  return (
    <Kobalte open={properties.open} onOpenChange={properties.onOpenChange}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="fixed inset-0 z-40 bg-[rgb(0_0_0/45%)]" />
        <Kobalte.Content
          class={`${place()} z-50 flex flex-col overflow-hidden border border-line bg-surface pb-[env(safe-area-inset-bottom)] text-text shadow-raised`}
        >
          {/* Not <header>: outside <main> that would be a second banner. */}
          <div class="flex items-start justify-between gap-4 px-5 pt-5">
            <Kobalte.Title class="text-lg font-semibold">{properties.title}</Kobalte.Title>
            <Kobalte.CloseButton
              class="-me-2 -mt-1 inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-accent-soft hover:text-text"
              aria-label={t('ui.close')}
            >
              <Icon name="close" size={18} />
            </Kobalte.CloseButton>
          </div>
          <div class="min-h-0 flex-1 overflow-y-auto px-5 py-4" tabindex="0">
            <Show when={properties.description}>
              <Kobalte.Description class="text-muted">{properties.description}</Kobalte.Description>
            </Show>
            {properties.children}
          </div>
          <Show when={properties.actions}>
            <div class="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-4">{properties.actions}</div>
          </Show>
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte>
  );
}
