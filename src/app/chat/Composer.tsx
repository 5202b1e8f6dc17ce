// The field for questions. Enter sends (not while an input method composes a character), Shift+Enter breaks the line,
// Escape stops the answer. The text is this tab's own and survives a reload. Its length is bounded, and so is what a keystroke costs: a browser breaks a
// word into lines in time quadratic in its length, so a long text is shown without line breaks and is not measured.
import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import { errorText } from '../i18n/errorText.ts';
import { t } from '../i18n/t.ts';
import { formatNumber, Icon } from '../ui/index.ts';

const ROOM = 'chat';
/** UTF-16 code units; about 8,000 tokens. */
const MAX_QUESTION_LENGTH = 32_000;
/** A longer text fills the field anyway. */
const MAX_WRAPPED_LENGTH = 4_000;
const MAX_HEIGHT = 200;

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
  /** Length of a text that the field did not take. */
  const [refused, setRefused] = createSignal(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const excess = (): number => Math.max(refused(), text().length > MAX_QUESTION_LENGTH ? text().length : 0);

  /** Before the text is in the field: once it is, it is laid out. */
  function setWrapping(length: number): void {
    field.wrap = length > MAX_WRAPPED_LENGTH ? 'off' : 'soft';
    if (length > MAX_WRAPPED_LENGTH) field.style.height = `${MAX_HEIGHT}px`;
  }
  function resize(length: number): void {
    setWrapping(length);
    if (length > MAX_WRAPPED_LENGTH) return;
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, MAX_HEIGHT)}px`;
  }
  /** Why the text would not survive a reload; it can be sent all the same. */
  const [unkept, setUnkept] = createSignal<unknown>();
  async function save(value: string): Promise<void> {
    try {
      const { writeTabDraft } = await import('../state/tabDraft.ts');
      await writeTabDraft(ROOM, value);
      setUnkept(undefined);
    } catch (error) {
      setUnkept(() => error);
    }
  }
  async function readLast(): Promise<string | undefined> {
    const { readTabDraft } = await import('../state/tabDraft.ts');
    return await readTabDraft(ROOM);
  }
  function change(value: string): void {
    setText(value);
    setRefused(0);
    resize(value.length);
    clearTimeout(timer);
    if (value.length <= MAX_QUESTION_LENGTH) timer = setTimeout(() => void save(value), 400);
  }
  /** Pasting and dropping: what would make the question too long stays where it is. */
  function beforeInput(event: InputEvent): void {
    const added = event.data?.length ?? event.dataTransfer?.getData('text/plain').length ?? 0;
    const length = field.value.length - (field.selectionEnd - field.selectionStart) + added;
    if (length > MAX_QUESTION_LENGTH && added > 0) {
      event.preventDefault();
      setRefused(length);
    } else setWrapping(length);
  }
  function send(): void {
    const question = text().trim();
    if (question === '' || properties.busy || properties.disabled || text().length > MAX_QUESTION_LENGTH) return;
    field.value = '';
    change('');
    // At once: what was sent must not come back in a page that is closed now.
    clearTimeout(timer);
    void save('');
    properties.onSend(question);
  }
  onMount(async () => {
    const draft = await readLast().catch((error: unknown) => void setUnkept(() => error));
    if (draft === undefined || draft === '' || text() !== '') return;
    setWrapping(draft.length);
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
          aria-describedby={excess() > 0 ? 'question-keys question-excess' : 'question-keys'}
          aria-invalid={excess() > 0 ? true : undefined}
          disabled={properties.disabled}
          on:beforeinput={beforeInput}
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
              disabled={text().trim() === '' || properties.disabled || text().length > MAX_QUESTION_LENGTH}
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
      <div role="alert" id="question-excess" class="px-2 text-sm text-danger empty:hidden">
        {excess() > 0
          ? t('chat.tooLong', { length: formatNumber(excess()), most: formatNumber(MAX_QUESTION_LENGTH) })
          : ''}
      </div>
      <div role="status" class="px-2 text-sm text-warning empty:hidden">
        {unkept() === undefined ? '' : t('chat.unkept', { reason: errorText(toTributaryError(unkept())).title })}
      </div>
      <p id="question-keys" class="sr-only">
        {t('chat.keys')}
      </p>
      <div class="flex min-h-6 flex-wrap justify-between gap-x-4 px-2 text-xs text-muted">{properties.note}</div>
    </form>
  );
}
