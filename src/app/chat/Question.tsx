// One of the user's questions, which can be edited and asked again.
import { createSignal, type JSX, Show } from 'solid-js';
import type { MessageRecord } from '../../store/index.ts';
import { t } from '../i18n/t.ts';
import { Button, IconButton, TextArea } from '../ui/index.ts';

export function Question(properties: {
  readonly message: MessageRecord;
  readonly onEdit: (text: string) => void;
}): JSX.Element {
  const [editing, setEditing] = createSignal(false);
  const [text, setText] = createSignal('');
  let opener: HTMLButtonElement | undefined;
  const close = (): void => {
    setEditing(false);
    opener?.focus();
  };
  const save = (): void => {
    setEditing(false);
    if (text().trim() !== '') properties.onEdit(text().trim());
  };
  return (
    <div class="group flex items-start justify-end gap-1">
      <Show
        when={editing()}
        fallback={
          <>
            <IconButton
              ref={opener}
              icon="edit"
              label={t('chat.edit')}
              class="opacity-60 group-hover:opacity-100 focus-visible:opacity-100"
              onClick={() => {
                setText(properties.message.content);
                setEditing(true);
              }}
            />
            <div
              dir="auto"
              class="max-w-[85%] rounded-2xl rounded-se-md bg-accent-soft px-4 py-2.5 whitespace-pre-wrap wrap-anywhere"
            >
              <span class="sr-only">{t('chat.you')}: </span>
              {properties.message.content}
            </div>
          </>
        }
      >
        <form
          class="grid w-full gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <TextArea
            ref={(field) => queueMicrotask(() => field.focus())}
            label={t('chat.editing')}
            rows={3}
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') close();
              if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                save();
              }
            }}
          />
          <div class="flex justify-end gap-2">
            <Button kind="quiet" size="small" onClick={close}>
              {t('ui.cancel')}
            </Button>
            <Button kind="primary" size="small" type="submit">
              {t('chat.save')}
            </Button>
          </div>
        </form>
      </Show>
    </div>
  );
}
