// Stored data and its size; make it permanent, delete a file, safety copies, erase.
import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { leaveToErase } from '../state/erase.ts';
import { createLive, createLoaded } from '../state/live.ts';
import {
  deleteAllChats,
  deleteStoredFile,
  forgetCopy,
  persistStorage,
  recordCounts,
  type StoredFile,
  storageEstimate,
  storedFiles,
} from '../state/storage.ts';
import {
  Banner,
  Button,
  ConfirmDialog,
  ErrorCard,
  formatBytes,
  formatDateTime,
  IconButton,
  Meter,
  Section,
  Table,
  toast,
} from '../ui/index.ts';
import { SafetyCopies } from './SafetyCopies.tsx';

const kindKeys = {
  models: 'settings.kind.models',
  adapters: 'settings.kind.adapters',
  checkpoints: 'settings.kind.checkpoints',
} as const;

function usedText({ writtenAt }: StoredFile): string {
  return writtenAt === undefined ? '' : formatDateTime(writtenAt);
}

function fileTitle(file: StoredFile): string {
  return (
    file.facts['title'] ??
    (file.facts['adapter'] === undefined ? file.name : `${file.facts['adapter']} / ${file.facts['name']}`)
  );
}

/** The question before a deletion. */
interface Question {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly run: () => Promise<void>;
}

/** The browser may still be saving a copy of this visit. */
let isFirstLook = true;

export function Storage(): JSX.Element {
  const [turn, setTurn] = createSignal(0);
  const refresh = (): void => void setTurn((count) => count + 1);
  const source = (): { turn: number } => ({ turn: turn() });
  const estimate = createLoaded(source, storageEstimate);
  const files = createLoaded(source, storedFiles);
  const counts = createLive(recordCounts);
  const [failure, setFailure] = createSignal<unknown>();
  const [refused, setRefused] = createSignal(false);
  const [asked, setAsked] = createSignal<Question>();

  const guarded = async (action: () => Promise<void>): Promise<void> => {
    setFailure(undefined);
    try {
      await action();
    } catch (error) {
      setFailure(() => error);
    }
    refresh();
  };
  const persist = (): Promise<void> =>
    guarded(async () => {
      const agreed = await persistStorage();
      setRefused(!agreed);
      if (agreed) toast(t('settings.persisted'));
    });
  const remove = (file: StoredFile): Promise<void> =>
    guarded(async () => {
      await deleteStoredFile(file);
      toast(t('settings.fileDeleted'));
    });
  const deleteChats = (): Promise<void> =>
    guarded(async () => {
      await deleteAllChats();
      toast(t('settings.chatsDeleted'));
    });
  onMount(() => {
    if (isFirstLook) {
      void forgetCopy();
      // Without a network, or while something is in the way, it is done at the next visit.
      void import('../state/tidyCheckpoints.ts')
        .then(({ tidyCheckpoints }) => tidyCheckpoints())
        .then(refresh, () => undefined);
    }
    isFirstLook = false;
  });

  return (
    <Section title={t('settings.storage')} lead={t('settings.storageLead')}>
      <Show when={estimate.value()}>
        {(report) => (
          <>
            <Show
              when={report().free !== undefined}
              fallback={
                <p>
                  {t('settings.used')}: <span class="tabular font-medium">{formatBytes(report().usage)}</span>
                </p>
              }
            >
              <Meter
                label={t('settings.used')}
                value={report().usage}
                maximum={report().quota}
                text={t('settings.usedOf', { used: formatBytes(report().usage), quota: formatBytes(report().quota) })}
              />
            </Show>
            <Show
              when={report().persistent}
              fallback={
                <Banner
                  kind="warning"
                  action={
                    <Button size="small" onClick={() => void persist()}>
                      {t('settings.persist')}
                    </Button>
                  }
                >
                  {refused() ? t('settings.persistRefused') : t('settings.notPersistent')}
                </Banner>
              }
            >
              <p class="text-sm text-muted">{t('settings.persistent')}</p>
            </Show>
          </>
        )}
      </Show>
      <Show when={failure() ?? files.error()}>{(error) => <ErrorCard error={error()} onAction={refresh} />}</Show>
      <Table
        caption={t('settings.files')}
        rows={files.value() ?? []}
        rowKey={({ area, name }) => `${area}/${name}`}
        empty={t('settings.noFiles')}
        columns={[
          {
            header: t('settings.fileName'),
            class: 'max-w-72 truncate',
            cell: (file) => (
              <span title={file().name}>
                {fileTitle(file())}
                {file().complete ? '' : ` (${t(file().damaged === true ? 'settings.damaged' : 'settings.unfinished')})`}
              </span>
            ),
          },
          { header: t('settings.fileKind'), cell: (file) => t(kindKeys[file().area]) },
          { header: t('settings.fileSize'), numeric: true, cell: (file) => formatBytes(file().bytes) },
          {
            header: t('settings.fileUsed'),
            cell: (file) => usedText(file()),
          },
          {
            header: '',
            numeric: true,
            cell: (file) => (
              <IconButton
                icon="trash"
                label={t('settings.deleteFile', { name: fileTitle(file()) })}
                onClick={() =>
                  setAsked({
                    title: t('settings.deleteFileTitle', { name: fileTitle(file()) }),
                    text: t('settings.deleteFileText', { amount: formatBytes(file().bytes) }),
                    action: t('settings.deleteFile', { name: fileTitle(file()) }),
                    run: () => remove(file()),
                  })
                }
              />
            ),
          },
        ]}
      />
      <div class="grid gap-3">
        <h3 class="font-medium">{t('settings.records')}</h3>
        <Show when={counts()}>
          {(count) => (
            <p class="text-muted">
              {t('settings.recordsText', {
                chats: t('settings.chats', { count: count().chats }),
                receipts: t('settings.receipts', { count: count().receipts }),
                vouchers: t('settings.vouchers', { count: count().vouchers }),
                contributions: t('settings.contributions', { count: count().contributions }),
              })}
            </p>
          )}
        </Show>
        <SafetyCopies onChange={refresh} />
        <div class="flex flex-wrap gap-2">
          <Button
            kind="danger"
            icon="trash"
            disabled={(counts()?.chats ?? 0) === 0}
            onClick={() =>
              setAsked({
                title: t('settings.deleteChatsTitle'),
                text: t('settings.deleteChatsText', { chats: t('settings.chats', { count: counts()?.chats ?? 0 }) }),
                action: t('settings.deleteChats'),
                run: deleteChats,
              })
            }
          >
            {t('settings.deleteChats')}
          </Button>
          <Button
            kind="danger"
            icon="trash"
            onClick={() =>
              setAsked({
                title: t('settings.wipeTitle'),
                text: t('settings.wipeText'),
                action: t('settings.wipeConfirm'),
                run: async () => leaveToErase(),
              })
            }
          >
            {t('settings.wipe')}
          </Button>
        </div>
      </div>
      <ConfirmDialog
        open={asked() !== undefined}
        title={asked()?.title ?? ''}
        text={asked()?.text ?? ''}
        action={asked()?.action ?? ''}
        onConfirm={() => void asked()?.run()}
        onClose={() => setAsked(undefined)}
      />
    </Section>
  );
}
