// The chats of this browser, newest first: open one, delete one.
import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { createLive } from '../state/live.ts';
import { Dialog, formatDateTime, IconButton, Keyed, toast } from '../ui/index.ts';
import { listChats } from './chats.ts';
import { deleteChat } from './conversation.ts';

export function History(properties: {
  readonly open: boolean;
  readonly current: string | undefined;
  readonly onOpenChange: (open: boolean) => void;
  readonly onChoose: (chatId: string | undefined) => void;
}): JSX.Element {
  const chats = createLive(listChats);
  const remove = async (chatId: string): Promise<void> => {
    await deleteChat(chatId);
    if (chatId === properties.current) properties.onChoose(undefined);
    toast(t('chat.deleted'));
  };
  return (
    <Dialog side title={t('chat.history')} open={properties.open} onOpenChange={properties.onOpenChange}>
      <ul class="-mx-2 grid gap-1">
        <Keyed each={chats()} by={({ id }) => id} fallback={<li class="px-2 text-muted">{t('chat.historyEmpty')}</li>}>
          {(chat) => (
            <li class="flex items-center gap-1 rounded-lg hover:bg-sunken">
              <button
                type="button"
                aria-current={chat().id === properties.current ? 'true' : undefined}
                class="min-w-0 flex-1 px-2 py-2 text-start aria-[current]:text-accent-strong"
                onClick={() => properties.onChoose(chat().id)}
              >
                <span class="block truncate font-medium">{chat().title}</span>
                <span class="block text-sm text-muted">{formatDateTime(chat().updatedAt)}</span>
              </button>
              <IconButton
                icon="trash"
                label={t('chat.delete', { title: chat().title })}
                onClick={() => void remove(chat().id)}
              />
            </li>
          )}
        </Keyed>
      </ul>
    </Dialog>
  );
}
