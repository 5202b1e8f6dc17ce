// A model that is being installed: progress, what stopped it, and what to do next.
import { createResource, createSignal, For, type JSX, Match, Show, Switch } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { Deletable, Finder, InstallState, Library, LibraryModel } from '../state/models/types.ts';
import {
  Banner,
  Button,
  ConfirmDialog,
  ErrorCard,
  formatBytes,
  formatDateTime,
  formatDuration,
  Progress,
  toast,
} from '../ui/index.ts';
import { FilesButton } from './FilesButton.tsx';
import { HubAccess } from './HubAccess.tsx';

type Phase = InstallState['phase'];
type InPhase<Name extends Phase> = Extract<InstallState, { readonly phase: Name }>;

/** Number of the largest items offered for deletion when space runs out. */
const OFFERED_DELETIONS = 4;

function amountText(state: Exclude<InstallState, { readonly phase: 'installed' }>): string {
  const parts = [t('ui.of', { done: formatBytes(state.doneBytes), total: formatBytes(state.totalBytes) })];
  if ('bytesPerSecond' in state && state.bytesPerSecond !== undefined) {
    parts.push(t('ui.perSecond', { amount: formatBytes(state.bytesPerSecond) }));
  }
  if ('secondsLeft' in state && state.secondsLeft !== undefined) {
    parts.push(t('ui.timeLeft', { time: formatDuration(Math.ceil(state.secondsLeft) * 1_000) }));
  }
  return parts.join(' · ');
}

function MakeRoom(properties: { readonly library: Library }): JSX.Element {
  const [items, { refetch }] = createResource(() => properties.library.deletables());
  const [leaving, setLeaving] = createSignal<Deletable>();
  const remove = async (item: Deletable): Promise<void> => {
    await properties.library.makeRoom(item);
    toast(t('models.roomMade', { name: item.name }));
    await refetch();
  };
  return (
    <div class="flex flex-wrap gap-2">
      <For each={(items.latest ?? []).slice(0, OFFERED_DELETIONS)}>
        {(item) => (
          <Button kind="danger" size="small" icon="trash" onClick={() => setLeaving(item)}>
            {t('models.makeRoom', { name: item.name, amount: formatBytes(item.bytes) })}
          </Button>
        )}
      </For>
      <ConfirmDialog
        open={leaving() !== undefined}
        title={t('models.removeTitle', { name: leaving()?.name ?? '' })}
        text={t(`models.makeRoomText.${leaving()?.kind ?? 'file'}`, { amount: formatBytes(leaving()?.bytes ?? 0) })}
        action={t('models.remove', { name: leaving()?.name ?? '' })}
        onConfirm={() => {
          const item = leaving();
          if (item !== undefined) void remove(item);
        }}
        onClose={() => setLeaving(undefined)}
      />
    </div>
  );
}

export function InstallProgress(properties: {
  readonly model: LibraryModel;
  readonly library: Library;
  readonly finder: Finder;
}): JSX.Element {
  const state = (): InstallState => properties.model.state;
  const inPhase = <Name extends Phase>(...names: Name[]): InPhase<Name> | undefined =>
    (names as Phase[]).includes(state().phase) ? (state() as InPhase<Name>) : undefined;
  const underWay = () => inPhase('downloading', 'packing', 'waiting', 'elsewhere', 'paused', 'interrupted', 'full');
  /** Files that were dropped are only copied: nothing of them comes over a network. */
  const phaseText = (phase: Exclude<Phase, 'installed'>): string =>
    phase === 'downloading' && properties.model.source.kind === 'files'
      ? t('models.phaseCopying')
      : t(`models.phase.${phase}`);
  const canPause = (): boolean => inPhase('downloading', 'packing', 'waiting') !== undefined;
  const canResume = (): boolean => inPhase('paused', 'interrupted', 'full') !== undefined;
  return (
    <div class="grid gap-3">
      <Show when={underWay()}>
        {(current) => (
          <Progress
            label={phaseText(current().phase)}
            done={current().doneBytes}
            total={current().totalBytes}
            text={amountText(current())}
          />
        )}
      </Show>
      <Switch>
        <Match when={inPhase('waiting')}>
          {(waiting) => (
            <p class="text-sm text-muted">
              {waiting().reason === 'offline' || waiting().at === undefined
                ? t('models.waitingOffline')
                : t('models.waitingNetwork', { time: formatDateTime(waiting().at ?? 0) })}
            </p>
          )}
        </Match>
        <Match when={inPhase('elsewhere')}>
          <p class="text-sm text-muted">{t('models.elsewhereText')}</p>
        </Match>
        <Match when={inPhase('interrupted')}>
          <p class="text-sm text-muted">{t('models.interruptedText')}</p>
        </Match>
        <Match when={inPhase('full')}>
          {(full) => (
            <div class="grid gap-3">
              <Banner kind="warning">
                {full().freeBytes === undefined
                  ? t('models.fullUntold', { needed: formatBytes(full().neededBytes) })
                  : t('models.fullText', {
                      needed: formatBytes(full().neededBytes),
                      free: formatBytes(full().freeBytes ?? 0),
                    })}
              </Banner>
              <MakeRoom library={properties.library} />
            </div>
          )}
        </Match>
        <Match when={inPhase('needs-files')}>
          <Banner
            kind="warning"
            action={
              <FilesButton
                label={t('models.chooseAgain')}
                onFiles={(files) => void properties.library.giveFiles(properties.model.id, files)}
              />
            }
          >
            {t('models.needsFilesText')}
          </Banner>
        </Match>
        <Match when={inPhase('needs-token', 'failed')}>
          {(stopped) => (
            <div class="grid gap-4">
              <ErrorCard error={stopped().error} onAction={() => properties.library.resume(properties.model.id)} />
              <Show when={stopped().phase === 'needs-token'}>
                <HubAccess
                  finder={properties.finder}
                  error={stopped().error}
                  onToken={() => properties.library.resume(properties.model.id)}
                />
              </Show>
            </div>
          )}
        </Match>
      </Switch>
      <div class="flex flex-wrap gap-2">
        <Show when={canPause()}>
          <Button size="small" icon="pause" onClick={() => properties.library.pause(properties.model.id)}>
            {t('models.pause')}
          </Button>
        </Show>
        <Show when={canResume()}>
          <Button
            kind="primary"
            size="small"
            icon="play"
            onClick={() => properties.library.resume(properties.model.id)}
          >
            {t('models.resume')}
          </Button>
        </Show>
      </div>
    </div>
  );
}
