// Short notes of success in one polite live region that is in the page from the start. Never for failures (ErrorCard) and
// never the only place for a message.
import { createSignal, For, type JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Icon } from './Icon.tsx';

const SHOWN_MILLISECONDS = 6000;
const [toasts, setToasts] = createSignal<readonly { readonly id: number; readonly text: string }[]>([]);
let lastId = 0;

/** Shows `text` for six seconds and announces it once. */
export function toast(text: string): void {
  lastId += 1;
  const id = lastId;
  setToasts((shown) => [...shown, { id, text }]);
  setTimeout(() => setToasts((shown) => shown.filter((note) => note.id !== id)), SHOWN_MILLISECONDS);
}

export function Toasts(): JSX.Element {
  return (
    <div
      role="status"
      aria-label={t('ui.notifications')}
      class="pointer-events-none fixed inset-x-4 bottom-24 z-60 grid justify-items-center gap-2 md:bottom-6"
    >
      <For each={toasts()}>
        {(note) => (
          <div class="flex items-center gap-2 rounded-full border border-line bg-surface px-4 py-2 shadow-raised">
            <Icon name="check" size={18} class="text-success" />
            {note.text}
          </div>
        )}
      </For>
    </div>
  );
}
