// Finds a model: by search words on the Hub, by address, or from files of this device. One field takes words and addresses.
import { createEffect, createSignal, For, type JSX, Match, on, Show, Switch } from 'solid-js';
import type { HubModel } from '../../models/index.ts';
import { t } from '../i18n/t.ts';
import type { Finder, OpenedState, SearchState } from '../state/models/types.ts';
import {
  Button,
  EmptyState,
  ErrorCard,
  Field,
  FileDrop,
  formatNumber,
  lazyPart,
  Progress,
  Section,
} from '../ui/index.ts';
import { FilesButton } from './FilesButton.tsx';
import { formatParameters, isAddress, wantsToken } from './modelFacts.ts';

const HubAccess = lazyPart(async () => (await import('./HubAccess.tsx')).HubAccess);
const OfferView = lazyPart(async () => (await import('./OfferView.tsx')).OfferView);

type Found = Exclude<SearchState, { readonly phase: 'idle' }>;
type Opened<Phase extends OpenedState['phase']> = Extract<OpenedState, { readonly phase: Phase }>;

function tags(model: HubModel): string {
  return [
    ...model.containers,
    ...(model.gated ? [t('models.gated')] : []),
    ...(model.isPrivate ? [t('models.private')] : []),
  ].join(' · ');
}

function Results(properties: { readonly finder: Finder; readonly found: Found }): JSX.Element {
  return (
    <div class="grid gap-3">
      <p role="status" class="text-sm text-muted">
        {t('models.found', { count: properties.found.models.length })}
      </p>
      <Show
        when={properties.found.models.length > 0}
        fallback={
          <EmptyState icon="search" title={t('models.foundNone', { query: properties.found.query })}>
            {t('models.foundNoneText')}
          </EmptyState>
        }
      >
        <ul class="grid divide-y divide-line rounded-xl border border-line">
          <For each={properties.found.models}>
            {(model) => (
              <li class="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
                <div class="grid min-w-0 flex-1 basis-60 gap-0.5">
                  <p class="font-medium wrap-anywhere">{model.repository}</p>
                  <p class="text-sm text-muted">
                    {[
                      model.parameterCount === undefined
                        ? undefined
                        : t('models.parameters', { count: formatParameters(model.parameterCount) }),
                      model.architecture,
                      tags(model),
                      model.licence,
                      `${t('models.column.downloads')}: ${formatNumber(model.downloads)}`,
                    ]
                      .filter((fact) => fact !== undefined && fact !== '')
                      .join(' · ')}
                  </p>
                </div>
                <Button
                  size="small"
                  aria-label={t('models.openNamed', { name: model.repository })}
                  onClick={() => properties.finder.open(model.repository)}
                >
                  {t('models.open')}
                </Button>
              </li>
            )}
          </For>
        </ul>
        <Show when={properties.found.phase === 'found' && properties.found.more}>
          <div>
            <Button onClick={() => properties.finder.searchMore()}>{t('models.more')}</Button>
          </div>
        </Show>
      </Show>
    </div>
  );
}

export function FinderView(properties: { readonly finder: Finder; readonly onInstalled: () => void }): JSX.Element {
  const search = () => properties.finder.state().search;
  const found = (): Found | undefined => {
    const state = search();
    return state.phase === 'idle' ? undefined : state;
  };
  const failure = (): unknown => {
    const state = search();
    return state.phase === 'failed' ? state.error : undefined;
  };
  const [query, setQuery] = createSignal(found()?.query ?? '');
  let box!: HTMLDivElement;
  const opened = () => properties.finder.state().opened;
  const openedIn = <Phase extends OpenedState['phase']>(phase: Phase): Opened<Phase> | undefined =>
    opened().phase === phase ? (opened() as Opened<Phase>) : undefined;
  const [isOpenedHere, setOpenedHere] = createSignal(false);
  // The focused element disappeared with the previous view.
  createEffect(
    on(
      () => opened().phase,
      (phase) => {
        // The offer's heading takes the focus if there is one.
        setOpenedHere(phase === 'open');
        // Not the field in it: that would open a phone's keyboard.
        if (phase === 'closed') box.focus({ preventScroll: true });
      },
      { defer: true },
    ),
  );
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = query().trim();
    if (text === '') return;
    if (isAddress(text)) properties.finder.open(text);
    else properties.finder.search(text);
  };
  return (
    <Section title={t('models.add')} lead={t('models.addLead')}>
      <div ref={box} tabindex="-1" class="grid gap-4 outline-none">
        <Switch>
          <Match when={openedIn('listing')}>
            {(listing) => (
              <Progress
                label={listing().what === '' ? t('models.listingFiles') : t('models.listing', { name: listing().what })}
                onCancel={() => properties.finder.close()}
              />
            )}
          </Match>
          <Match when={openedIn('failed')}>
            {(failed) => (
              <div class="grid gap-4">
                <ErrorCard
                  error={failed().error}
                  onAction={failed().what === '' ? undefined : () => properties.finder.open(failed().what)}
                  onDismiss={() => properties.finder.close()}
                />
                <Show when={wantsToken(failed().error)}>
                  <HubAccess
                    finder={properties.finder}
                    error={failed().error}
                    onToken={() => properties.finder.open(failed().what)}
                  />
                </Show>
              </div>
            )}
          </Match>
          <Match when={openedIn('open')}>
            {(open) => (
              <OfferView
                finder={properties.finder}
                open={open()}
                takesFocus={isOpenedHere()}
                onInstalled={properties.onInstalled}
              />
            )}
          </Match>
          <Match when={opened().phase === 'closed'}>
            <form class="flex flex-wrap items-start gap-3" onSubmit={submit}>
              <Field
                class="min-w-0 flex-1 basis-72"
                label={t('models.query')}
                hint={t('models.queryHint')}
                type="search"
                spellcheck={false}
                autocapitalize="off"
                value={query()}
                onInput={(event) => setQuery(event.currentTarget.value)}
              />
              <Button
                type="submit"
                kind="primary"
                icon={isAddress(query().trim()) ? 'download' : 'search'}
                class="sm:mt-6.5"
                disabled={query().trim() === ''}
                busy={search().phase === 'searching'}
              >
                {isAddress(query().trim()) ? t('models.open') : t('models.search')}
              </Button>
            </form>
            <Show when={found()}>
              {(state) => (
                <>
                  <Show when={state().phase === 'found' || state().models.length > 0}>
                    <Results finder={properties.finder} found={state()} />
                  </Show>
                  <Show when={state().phase === 'searching'}>
                    <Progress label={t('models.searching')} onCancel={() => properties.finder.stopSearch()} />
                  </Show>
                  <Show when={failure()}>
                    {(error) => (
                      <ErrorCard
                        error={error()}
                        onAction={() =>
                          state().models.length > 0
                            ? properties.finder.searchMore()
                            : properties.finder.search(state().query)
                        }
                      />
                    )}
                  </Show>
                </>
              )}
            </Show>
            <FileDrop
              label={t('models.drop')}
              hint={t('models.dropHint')}
              multiple
              onFiles={(files) => properties.finder.openFiles(files)}
              onDropped={(data) => properties.finder.openDropped(data)}
            />
            <div class="flex flex-wrap items-center gap-3">
              <FilesButton label={t('models.folder')} folder onFiles={(files) => properties.finder.openFiles(files)} />
            </div>
            <details>
              <summary class="min-h-8 font-medium">{t('models.access')}</summary>
              <div class="pt-3">
                <HubAccess finder={properties.finder} />
              </div>
            </details>
          </Match>
        </Switch>
      </div>
    </Section>
  );
}
