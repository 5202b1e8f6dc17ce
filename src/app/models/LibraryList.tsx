// The models of this browser: installed ones to chat with, and those on their way.
import { createSignal, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { Finder, Library, LibraryModel } from '../state/models/types.ts';
import {
  Button,
  ConfirmDialog,
  ErrorCard,
  formatBytes,
  formatDateTime,
  IconButton,
  Keyed,
  lazyPart,
  Section,
  toast,
} from '../ui/index.ts';
import { formatParameters, sourceText } from './modelFacts.ts';

const InstallProgress = lazyPart(async () => (await import('./InstallProgress.tsx')).InstallProgress);

const installed = (model: LibraryModel): boolean => model.state.phase === 'installed';

/** The progress of an installation shows its downloaded bytes itself. */
function facts(model: LibraryModel): string {
  const { format, parameterCount, contextLength, bytes, licence, usedAt, createdAt } = model;
  const since =
    usedAt === undefined
      ? t('models.kept', { time: formatDateTime(createdAt) })
      : t('models.used', { time: formatDateTime(usedAt) });
  return [
    parameterCount === undefined ? undefined : t('models.parameters', { count: formatParameters(parameterCount) }),
    format,
    installed(model) ? formatBytes(bytes) : undefined,
    contextLength === undefined ? undefined : t('models.context', { count: contextLength }),
    licence,
    installed(model) ? since : undefined,
  ]
    .filter((fact) => fact !== undefined && fact !== '')
    .join(' · ');
}

export function LibraryList(properties: {
  readonly library: Library;
  readonly finder: Finder;
  readonly onQuality: (model: LibraryModel) => void;
}): JSX.Element {
  const [leaving, setLeaving] = createSignal<LibraryModel>();
  const leavingAmount = (): string => {
    const model = leaving();
    if (model === undefined) return '';
    return formatBytes('doneBytes' in model.state ? model.state.doneBytes : model.bytes);
  };
  const [failure, setFailure] = createSignal<unknown>();
  const remove = async (model: LibraryModel): Promise<void> => {
    setFailure(undefined);
    try {
      await properties.library.remove(model.id);
      toast(t('models.removed', { name: model.name }));
    } catch (error) {
      setFailure(() => error);
    }
  };
  return (
    <Section title={t('models.library')} lead={t('models.libraryLead')}>
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}</Show>
      <Show when={properties.library.models()}>
        {(list) => (
          <ul class="grid gap-3">
            <Keyed
              each={list()}
              by={({ id }) => id}
              fallback={
                <li class="grid gap-1 rounded-xl border border-dashed border-line p-4">
                  <p class="font-medium">{t('models.libraryEmpty')}</p>
                  <p class="text-muted">{t('models.libraryEmptyText')}</p>
                </li>
              }
            >
              {(model) => (
                <li class="grid gap-3 rounded-xl border border-line p-4">
                  <div class="flex flex-wrap items-start justify-between gap-3">
                    <div class="grid min-w-0 flex-1 basis-40 gap-0.5">
                      <h3 class="font-medium wrap-anywhere">{model().name}</h3>
                      <p class="text-sm text-muted">{facts(model())}</p>
                      <p class="text-sm text-muted wrap-anywhere">{sourceText(model().source)}</p>
                    </div>
                    <div class="flex items-center gap-2">
                      <Show when={installed(model())}>
                        <Button size="small" onClick={() => properties.onQuality(model())}>
                          {t('models.quality')}
                        </Button>
                        <a
                          href={`#/chat?model=${encodeURIComponent(model().id)}`}
                          class="inline-flex min-h-8 items-center rounded-lg bg-accent px-2.5 whitespace-nowrap text-sm font-medium text-on-accent hover:bg-accent-strong"
                        >
                          {t('models.chat')}
                        </a>
                      </Show>
                      <IconButton
                        icon="trash"
                        label={t('models.remove', { name: model().name })}
                        onClick={() => setLeaving(model())}
                      />
                    </div>
                  </div>
                  <Show when={!installed(model())}>
                    <InstallProgress model={model()} library={properties.library} finder={properties.finder} />
                  </Show>
                </li>
              )}
            </Keyed>
          </ul>
        )}
      </Show>
      <ConfirmDialog
        open={leaving() !== undefined}
        title={t(leaving()?.state.phase === 'installed' ? 'models.removeTitle' : 'models.discardTitle', {
          name: leaving()?.name ?? '',
        })}
        text={t(leaving()?.state.phase === 'installed' ? 'models.removeText' : 'models.discardText', {
          amount: leavingAmount(),
        })}
        action={t(leaving()?.state.phase === 'installed' ? 'models.remove' : 'models.discard', {
          name: leaving()?.name ?? '',
        })}
        onConfirm={() => {
          const model = leaving();
          if (model !== undefined) void remove(model);
        }}
        onClose={() => setLeaving(undefined)}
      />
    </Section>
  );
}
