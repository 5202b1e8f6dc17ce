// The field for questions. Enter sends (not while an input method composes a character), Shift+Enter breaks the line,
// Escape stops the answer. The text survives a reload.
import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { readDraft, writeDraft } from '../state/drafts.ts';
import { Icon } from '../ui/index.ts';

const DRAFT = 'chat';

export function Composer(properties: {
  readonly busy: boolean;
  readonly disabled: boolean;
  readonly note: JSX.Element;
  readonly onFocus: () => void;
  readonly onSend: (text: string) => void;
  readonly onStop: () => void;
}): JSX.Element {
  let field!: HTMLTextAreaElement;
  const [text, setText] = createSignal('');
  let timer: ReturnType<typeof setTimeout> | undefined;

  function resize(): void {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
  }
  function change(value: string): void {
    setText(value);
    resize();
    clearTimeout(timer);
    timer = setTimeout(() => void writeDraft(DRAFT, value), 400);
  }
  function send(): void {
    const question = text().trim();
    if (question === '' || properties.busy || properties.disabled) return;
    field.value = '';
    change('');
    properties.onSend(question);
  }
  onMount(async () => {
    const draft = await readDraft(DRAFT);
    if (typeof draft !== 'string' || draft === '' || text() !== '') return;
    field.value = draft;
    change(draft);
  });

  return (
    <form
      class="grid gap-1.5"
      onFocusIn={() => properties.onFocus()}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="flex items-end gap-2 rounded-2xl border border-edge bg-surface p-2 shadow-raised focus-within:border-accent">
        <label for="question" class="sr-only">
          {t('chat.composer')}
        </label>
        <textarea
          id="question"
          ref={field}
          rows={1}
          // Chromium keeps the direction that `auto` found for Arabic when the field is emptied, and turns the placeholder too.
          dir={text() === '' ? undefined : 'auto'}
          class="max-h-[200px] min-h-10 flex-1 resize-none bg-transparent px-2 py-2 text-base outline-none"
          placeholder={t('chat.placeholder')}
          aria-describedby="question-keys"
          disabled={properties.disabled}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
              event.preventDefault();
              send();
            } else if (event.key === 'Escape' && properties.busy) {
              event.preventDefault();
              properties.onStop();
            }
          }}
        />
        <Show
          when={properties.busy}
          fallback={
            <button
              type="submit"
              aria-label={t('chat.send')}
              title={t('chat.send')}
              disabled={text().trim() === '' || properties.disabled}
              class="inline-flex size-10 shrink-0 items-center justify-center rounded-xl bg-accent text-on-accent transition-colors hover:bg-accent-strong disabled:bg-line disabled:text-muted"
            >
              <Icon name="send" />
            </button>
          }
        >
          <button
            type="button"
            aria-label={t('chat.stop')}
            title={t('chat.stop')}
            class="inline-flex size-10 shrink-0 items-center justify-center rounded-xl border border-edge bg-surface text-text hover:bg-sunken"
            onClick={() => properties.onStop()}
          >
            <Icon name="stop" />
          </button>
        </Show>
      </div>
      <p id="question-keys" class="sr-only">
        {t('chat.keys')}
      </p>
      <div class="flex min-h-6 flex-wrap justify-between gap-x-4 px-2 text-xs text-muted">{properties.note}</div>
    </form>
  );
}
