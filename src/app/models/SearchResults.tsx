// What a search of the Hub found, or why it found nothing. Fetched with the first search.
import { type JSX, Show } from 'solid-js';
import type { HubModel } from '../../models/index.ts';
import { t } from '../i18n/t.ts';
import type { Finder, SearchState } from '../state/models/types.ts';
import { Button, EmptyState, ErrorCard, formatNumber, Keyed, Progress } from '../ui/index.ts';
import { formatParameters } from './modelFacts.ts';

export type Found = Exclude<SearchState, { readonly phase: 'idle' }>;
function tags(model: HubModel): string {
  return [
    ...model.containers,
    ...(model.gated ? [t('models.gated')] : []),
    ...(model.isPrivate ? [t('models.private')] : []),
  ].join(' · ');
}

function facts(model: HubModel): string {
  return [
    model.parameterCount === undefined
      ? undefined
      : t('models.parameters', { count: formatParameters(model.parameterCount) }),
    model.architecture,
    tags(model),
    model.licence,
    `${t('models.column.downloads')}: ${formatNumber(model.downloads)}`,
  ]
    .filter((fact) => fact !== undefined && fact !== '')
    .join(' · ');
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
          <Keyed each={properties.found.models} by={({ repository }) => repository}>
            {(model) => (
              <li class="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
                <div class="grid min-w-0 flex-1 basis-60 gap-0.5">
                  <p class="font-medium wrap-anywhere">{model().repository}</p>
                  <p class="text-sm text-muted">{facts(model())}</p>
                </div>
                <Button
                  size="small"
                  aria-label={t('models.openNamed', { name: model().repository })}
                  onClick={() => properties.finder.open(model().repository)}
                >
                  {t('models.open')}
                </Button>
              </li>
            )}
          </Keyed>
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

export function SearchResults(properties: { readonly finder: Finder; readonly found: Found }): JSX.Element {
  const failure = (): unknown => (properties.found.phase === 'failed' ? properties.found.error : undefined);
  return (
    <>
      <Show when={properties.found.phase === 'found' || properties.found.models.length > 0}>
        <Results finder={properties.finder} found={properties.found} />
      </Show>
      <Show when={properties.found.phase === 'searching'}>
        <Progress label={t('models.searching')} onCancel={() => properties.finder.stopSearch()} />
      </Show>
      <Show when={failure()}>
        {(error) => (
          <ErrorCard
            error={error()}
            onAction={() =>
              properties.found.models.length > 0
                ? properties.finder.searchMore()
                : properties.finder.search(properties.found.query)
            }
          />
        )}
      </Show>
    </>
  );
}
