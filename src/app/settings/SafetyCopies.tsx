// Safety copies: everything into one file, and such a file back in, after showing what it would change.
import { createSignal, type JSX, Show } from 'solid-js';
import { isAbort } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import {
  bringInCopy,
  type Change,
  type CopyFacts,
  type CopyProgress,
  copyFacts,
  openCopy,
  type SafetyCopy,
  saveCopy,
  type WrittenCopy,
} from '../state/storage.ts';
import {
  Banner,
  Button,
  CheckBox,
  Dialog,
  ErrorCard,
  Field,
  formatBytes,
  formatDateTime,
  Progress,
  Select,
  Table,
  toast,
} from '../ui/index.ts';

type Task = 'exporting' | 'importReading' | 'importing';

interface Busy {
  readonly task: Task;
  readonly progress: CopyProgress | undefined;
  readonly abort: AbortController;
}

export function SafetyCopies(properties: { readonly onChange: () => void }): JSX.Element {
  const [busy, setBusy] = createSignal<Busy>();
  const [failure, setFailure] = createSignal<unknown>();
  const [facts, setFacts] = createSignal<CopyFacts>();
  const [written, setWritten] = createSignal<WrittenCopy>();
  const [opened, setOpened] = createSignal<{ readonly copy: SafetyCopy; readonly changes: readonly Change[] }>();
  const [password, setPassword] = createSignal('');
  const [again, setAgain] = createSignal('');
  const [models, setModels] = createSignal(false);
  const [wantsReload, setWantsReload] = createSignal(false);
  const [conflicts, setConflicts] = createSignal<'keep' | 'replace'>('keep');
  let chooser!: HTMLInputElement;

  /** Runs one task at a time, with its progress; what was cancelled is no failure. */
  const run = async (
    task: Task,
    work: (options: { onProgress(progress: CopyProgress): void; readonly signal: AbortSignal }) => Promise<void>,
  ): Promise<void> => {
    const abort = new AbortController();
    setFailure(undefined);
    setBusy({ task, progress: undefined, abort });
    try {
      await work({ onProgress: (progress) => setBusy({ task, progress, abort }), signal: abort.signal });
    } catch (error) {
      if (!isAbort(error) && !abort.signal.aborted) setFailure(() => error);
    } finally {
      setBusy(undefined);
      properties.onChange();
    }
  };
  const forget = (): void => {
    setPassword('');
    setAgain('');
    setFailure(undefined);
  };
  const ask = async (): Promise<void> => {
    forget();
    setWritten(undefined);
    try {
      setFacts(await copyFacts());
    } catch (error) {
      setFailure(() => error);
    }
  };
  const save = (): Promise<void> =>
    run('exporting', async (options) => {
      setWritten(await saveCopy({ password: password(), models: models(), ...options }));
      setFacts(undefined);
      forget();
      toast(t('settings.exported'));
    });
  const open = (file: File | undefined): Promise<void> =>
    run('importReading', async (options) => {
      if (file === undefined) return;
      forget();
      setConflicts('keep');
      setOpened(await openCopy(file, options));
    });
  const bring = (): Promise<void> =>
    run('importing', async (options) => {
      const { copy } = opened() ?? {};
      if (copy === undefined) return;
      const secret = password() === '' ? undefined : password();
      const count = await bringInCopy({ copy, conflicts: conflicts(), password: secret, ...options });
      setOpened(undefined);
      forget();
      // Rooms read most records as they change, these once.
      setWantsReload(count > 0 && (secret !== undefined || (copy.records.get('settings')?.length ?? 0) > 0));
      toast(t('settings.imported', { count }));
    });

  const state = (): JSX.Element => (
    <>
      <Show when={busy()}>
        {(now) => (
          <Progress
            label={t(`settings.${now().task}`)}
            done={now().progress?.doneBytes}
            total={now().progress?.totalBytes}
            text={
              now().progress === undefined
                ? undefined
                : t('settings.usedOf', {
                    used: formatBytes(now().progress?.doneBytes ?? 0),
                    quota: formatBytes(now().progress?.totalBytes ?? 0),
                  })
            }
            onCancel={() => now().abort.abort()}
          />
        )}
      </Show>
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}</Show>
    </>
  );
  const hasConflicts = (): boolean => opened()?.changes.some((change) => change.conflicts > 0) ?? false;
  const madeOn = (): string => {
    const time = opened()?.copy.createdAt;
    return time === undefined ? '' : t('settings.importFrom', { date: formatDateTime(time) });
  };
  const hasKeys = (): boolean => facts()?.hasKeys ?? false;

  return (
    <>
      <p class="text-sm text-muted">{t('settings.exportHint')}</p>
      <Show when={facts() === undefined && opened() === undefined}>{state()}</Show>
      <Show when={(written()?.leftOut.length ?? 0) > 0}>
        <Banner kind="warning">
          {t('settings.exportLeftOut', { count: written()?.leftOut.length ?? 0 })}{' '}
          {written()
            ?.leftOut.map(({ kind, name }) => `${t(`settings.copyKind.${kind}`)}: ${name}`)
            .join(', ')}
        </Banner>
      </Show>
      <Show when={wantsReload()}>
        <Banner
          action={
            <Button size="small" onClick={() => location.reload()}>
              {t('settings.reload')}
            </Button>
          }
        >
          {t('settings.importReload')}
        </Banner>
      </Show>
      <div class="flex flex-wrap gap-2">
        <Button icon="download" disabled={busy() !== undefined} onClick={() => void ask()}>
          {t('settings.export')}
        </Button>
        <Button icon="upload" disabled={busy() !== undefined} onClick={() => chooser.click()}>
          {t('settings.import')}
        </Button>
        <input
          ref={chooser}
          type="file"
          accept=".zip,application/zip,application/json,.json"
          class="hidden"
          aria-label={t('settings.import')}
          onChange={(event) => {
            void open(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
      </div>
      <Dialog
        open={facts() !== undefined}
        onOpenChange={(shown) => {
          if (!shown && busy() === undefined) setFacts(undefined);
        }}
        title={t('settings.export')}
        description={t('settings.exportHint')}
        actions={
          <>
            <Button kind="quiet" disabled={busy() !== undefined} onClick={() => setFacts(undefined)}>
              {t('ui.cancel')}
            </Button>
            <Button
              kind="primary"
              busy={busy() !== undefined}
              disabled={hasKeys() && (password() === '' || password() !== again())}
              onClick={() => void save()}
            >
              {t('settings.exportStart')}
            </Button>
          </>
        }
      >
        <div class="grid gap-4">
          <p class="text-sm">{t('settings.exportFiles', { amount: formatBytes(facts()?.bytes ?? 0) })}</p>
          <Show when={(facts()?.modelBytes ?? 0) > 0}>
            <CheckBox
              label={t('settings.exportModels', { amount: formatBytes(facts()?.modelBytes ?? 0) })}
              hint={t('settings.exportModelsHint')}
              checked={models()}
              onChange={(event) => setModels(event.currentTarget.checked)}
            />
          </Show>
          <Show when={hasKeys()}>
            <Field
              label={t('settings.exportPassword')}
              hint={t('settings.exportPasswordHint')}
              type="password"
              autocomplete="new-password"
              value={password()}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
            <Field
              label={t('settings.passwordAgain')}
              type="password"
              autocomplete="new-password"
              value={again()}
              error={again() !== '' && again() !== password() ? t('settings.passwordDiffers') : undefined}
              onInput={(event) => setAgain(event.currentTarget.value)}
            />
          </Show>
          {state()}
        </div>
      </Dialog>
      <Dialog
        open={opened() !== undefined}
        onOpenChange={(shown) => {
          if (!shown && busy() === undefined) setOpened(undefined);
        }}
        title={t('settings.importTitle')}
        description={madeOn()}
        actions={
          <>
            <Button kind="quiet" disabled={busy() !== undefined} onClick={() => setOpened(undefined)}>
              {t('ui.cancel')}
            </Button>
            <Button kind="primary" busy={busy() !== undefined} onClick={() => void bring()}>
              {t('settings.importStart')}
            </Button>
          </>
        }
      >
        <div class="grid gap-4">
          <Table
            caption={t('settings.importTitle')}
            rows={opened()?.changes ?? []}
            rowKey={({ kind }) => kind}
            empty={t('settings.importNothing')}
            columns={[
              { header: t('settings.importKind'), cell: (change) => t(`settings.copyKind.${change().kind}`) },
              { header: t('settings.importNew'), numeric: true, cell: (change) => change().added },
              { header: t('settings.importSame'), numeric: true, cell: (change) => change().same },
              { header: t('settings.importConflicts'), numeric: true, cell: (change) => change().conflicts },
            ]}
          />
          <Show when={(opened()?.copy.damagedRecords ?? 0) > 0}>
            <p class="text-sm text-muted">
              {t('settings.importDamaged', { count: opened()?.copy.damagedRecords ?? 0 })}
            </p>
          </Show>
          <Show when={hasConflicts() || opened()?.copy.keys !== undefined}>
            <Select
              label={t('settings.importConflict')}
              options={[
                { value: 'keep', label: t('settings.importKeep') },
                { value: 'replace', label: t('settings.importReplace') },
              ]}
              value={conflicts()}
              onChange={(value) => setConflicts(value as 'keep' | 'replace')}
            />
          </Show>
          <Show when={opened()?.copy.keys !== undefined}>
            <p class="font-medium">{t('settings.importKeys')}</p>
            <Field
              label={t('settings.importPassword')}
              hint={t('settings.importKeysHint')}
              type="password"
              autocomplete="current-password"
              value={password()}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          </Show>
          {state()}
        </div>
      </Dialog>
    </>
  );
}
