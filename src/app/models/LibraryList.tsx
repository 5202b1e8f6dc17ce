// The models of this browser: installed ones to chat with, and those on their way.
import { createSignal, For, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { Library, LibraryModel } from '../services/models/types.ts';
import { Button, Dialog, EmptyState, formatBytes, formatDateTime, IconButton, Section, toast } from '../ui/index.ts';
import { InstallProgress } from './InstallProgress.tsx';
import { formatParameters, sourceText } from './modelFacts.ts';

function facts(model: LibraryModel): string {
  const { format, architecture, parameterCount, contextLength, bytes, licence, usedAt, createdAt } = model;
  return [
    format,
    architecture,
    parameterCount === undefined ? undefined : t('models.parameters', { count: formatParameters(parameterCount) }),
    contextLength === undefined ? undefined : t('models.context', { count: contextLength }),
    bytes > 0 ? formatBytes(bytes) : undefined,
    licence,
    usedAt === undefined
      ? t('models.kept', { time: formatDateTime(createdAt) })
      : t('models.used', { time: formatDateTime(usedAt) }),
  ]
    .filter((fact) => fact !== undefined && fact !== '')
    .join(' · ');
}

export function LibraryList(properties: {
  readonly library: Library;
  readonly onQuality: (model: LibraryModel) => void;
}): JSX.Element {
  const [leaving, setLeaving] = createSignal<LibraryModel>();
  const installed = (model: LibraryModel): boolean => model.state.phase === 'installed';
  const leavingAmount = (): string => {
    const model = leaving();
    if (model === undefined) return '';
    return formatBytes('doneBytes' in model.state ? model.state.doneBytes : model.bytes);
  };
  const remove = async (model: LibraryModel): Promise<void> => {
    setLeaving(undefined);
    await properties.library.remove(model.id);
    toast(t('models.removed', { name: model.name }));
  };
  return (
    <Section title={t('models.library')} lead={t('models.libraryLead')}>
      <Show when={properties.library.models()}>
        {(list) => (
          <ul class="grid gap-3">
            <For
              each={list()}
              fallback={
                <li>
                  <EmptyState icon="models" title={t('models.libraryEmpty')}>
                    {t('models.libraryEmptyText')}
                  </EmptyState>
                </li>
              }
            >
              {(model) => (
                <li class="grid gap-3 rounded-xl border border-line p-4">
                  <div class="flex flex-wrap items-start justify-between gap-3">
                    <div class="grid min-w-0 flex-1 basis-60 gap-0.5">
                      <h3 class="font-medium wrap-anywhere">{model.name}</h3>
                      <p class="text-sm text-muted">{facts(model)}</p>
                      <p class="text-sm text-muted wrap-anywhere">{sourceText(model.source)}</p>
                    </div>
                    <div class="flex items-center gap-2">
                      <Show when={installed(model)}>
                        <Button size="small" onClick={() => properties.onQuality(model)}>
                          {t('models.quality')}
                        </Button>
                        <a
                          href={`#/chat?model=${encodeURIComponent(model.id)}`}
                          class="inline-flex min-h-8 items-center rounded-lg bg-accent px-2.5 text-sm font-medium text-on-accent hover:bg-accent-strong"
                        >
                          {t('models.chat')}
                        </a>
                      </Show>
                      <IconButton
                        icon="trash"
                        label={t('models.remove', { name: model.name })}
                        onClick={() => setLeaving(model)}
                      />
                    </div>
                  </div>
                  <Show when={!installed(model)}>
                    <InstallProgress model={model} library={properties.library} />
                  </Show>
                </li>
              )}
            </For>
          </ul>
        )}
      </Show>
      <Dialog
        open={leaving() !== undefined}
        onOpenChange={(open) => {
          if (!open) setLeaving(undefined);
        }}
        title={t(leaving()?.state.phase === 'installed' ? 'models.removeTitle' : 'models.discardTitle', {
          name: leaving()?.name ?? '',
        })}
        description={t(leaving()?.state.phase === 'installed' ? 'models.removeText' : 'models.discardText', {
          amount: leavingAmount(),
        })}
        actions={
          <>
            <Button kind="quiet" onClick={() => setLeaving(undefined)}>
              {t('ui.cancel')}
            </Button>
            <Show when={leaving()}>
              {(model) => (
                <Button kind="danger" onClick={() => void remove(model())}>
                  {installed(model()) ? t('models.remove', { name: model().name }) : t('models.discard')}
                </Button>
              )}
            </Show>
          </>
        }
      />
    </Section>
  );
}
