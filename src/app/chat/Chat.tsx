// The chat: conversation in the middle, what shaped the chosen answer beside it (on narrow windows in a sheet from below).
import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Dialog, lazyDialog, lazyPart } from '../ui/index.ts';
import { ChatBar } from './ChatBar.tsx';
import { ComposerArea } from './ComposerArea.tsx';
import { createChatRoom } from './createChatRoom.ts';
import { createModelLoading } from './createModelLoading.ts';
import { Transcript } from './Transcript.tsx';

const History = lazyDialog(async () => (await import('./History.tsx')).History);
const InfluencePanel = lazyPart(async () => (await import('./InfluencePanel.tsx')).InfluencePanel);
const PaymentDialog = lazyDialog(async () => (await import('./PaymentDialog.tsx')).PaymentDialog);

/** Whether there is room for the panel beside the conversation. */
function createIsWide(): () => boolean {
  const query = matchMedia('(min-width: 72rem)');
  const [isWide, setIsWide] = createSignal(query.matches);
  const changed = (): void => void setIsWide(query.matches);
  query.addEventListener('change', changed);
  onCleanup(() => query.removeEventListener('change', changed));
  return isWide;
}

export function Chat(): JSX.Element {
  const room = createChatRoom();
  const loading = createModelLoading(room.adapters, room.adapter);
  const isWide = createIsWide();
  const [historyOpen, setHistoryOpen] = createSignal(false);
  const [panelOpen, setPanelOpen] = createSignal(false);
  const [paymentOpen, setPaymentOpen] = createSignal(false);
  const setUp = (): void => void setPaymentOpen(true);

  const showInfluence = (messageId: string): void => {
    room.select(messageId);
    if (!isWide()) setPanelOpen(true);
  };
  /** Shows the rows of a span: where there is no panel beside the conversation, in a sheet. */
  const chooseSpan = (span: number | undefined, messageId: string): void => {
    room.selectSpan(span, messageId);
    if (span !== undefined && !isWide()) setPanelOpen(true);
  };
  const closePanel = (open: boolean): void => {
    setPanelOpen(open);
    // The next tap on the same span opens the sheet again.
    if (!open) room.selectSpan(undefined);
  };
  /** Shows where in the answer a span is. */
  const locate = (span: number | undefined): void => {
    room.selectSpan(span);
    if (span === undefined) return;
    setPanelOpen(false);
    queueMicrotask(() => {
      const button = document.querySelector<HTMLElement>(
        `[data-message="${room.shownMessage()?.id ?? ''}"] [data-span="${span}"]`,
      );
      button?.scrollIntoView({ block: 'center' });
      button?.focus();
    });
  };
  const panel = (): JSX.Element => (
    <Show when={room.messageIds() !== undefined}>
      <InfluencePanel
        message={room.shownMessage()}
        adapter={room.adapterOf(room.shownMessage())}
        selectedSpan={room.selectedSpan()}
        onSelectSpan={locate}
        onSetUp={setUp}
      />
    </Show>
  );

  return (
    <div class="flex h-full">
      <div class="flex min-w-0 flex-1 flex-col">
        <ChatBar
          adapters={room.adapters() ?? []}
          onFocusChoice={loading.begin}
          onHistory={() => setHistoryOpen(true)}
          onNew={() => {
            room.open(undefined);
            document.getElementById('question')?.focus();
          }}
        />
        <Transcript room={room} loading={loading} onInfluence={showInfluence} onSelectSpan={chooseSpan} />
        <ComposerArea room={room} loading={loading} onSetUp={setUp} />
        <p class="sr-only" role="status" aria-live="polite">
          {room.announcement()}
        </p>
      </div>

      <Show when={isWide() && room.chatId() !== undefined}>
        <aside
          class="w-[26rem] shrink-0 overflow-y-auto border-s border-line bg-ground px-5 py-5"
          aria-label={t('chat.influenceTitle')}
          tabindex="0"
        >
          <h2 class="mb-4 text-lg font-semibold">{t('chat.influenceTitle')}</h2>
          {panel()}
        </aside>
      </Show>
      <Dialog side title={t('chat.influenceTitle')} open={panelOpen() && !isWide()} onOpenChange={closePanel}>
        {panel()}
      </Dialog>
      <History
        open={historyOpen()}
        current={room.chatId()}
        onOpenChange={setHistoryOpen}
        onChoose={(chatId) => {
          setHistoryOpen(false);
          room.open(chatId);
        }}
      />
      <PaymentDialog
        open={paymentOpen()}
        onOpenChange={setPaymentOpen}
        adapter={room.adapterOf(room.shownMessage()) ?? room.adapter()}
      />
    </div>
  );
}
