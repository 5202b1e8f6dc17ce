// How the shares are computed, their measured error, and what the four words mean.
import { For, type JSX, Show } from 'solid-js';
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import { t } from '../i18n/t.ts';
import { formatPpm, formatSignificant, Icon } from '../ui/index.ts';

export function Method(properties: { readonly influence: StoredInfluence }): JSX.Element {
  const index = () => properties.influence.index;
  return (
    <details class="group">
      <summary class="flex min-h-9 items-center gap-2 font-medium">
        <Icon name="chevron" size={16} class="text-muted transition-transform group-open:rotate-90" />
        {t('chat.method')}
      </summary>
      <div class="grid gap-3 pt-2 text-sm text-muted">
        <p>
          {t('chat.methodHow', {
            rows: index().rowCount,
            size: index().sketchSize,
            percent: index().policy.placeboPercent,
            placebos: index().placeboCount,
          })}
        </p>
        <Show
          when={index().evaluation}
          fallback={<p class="font-medium text-warning">{t('chat.methodNotMeasured')}</p>}
        >
          {(evaluation) => (
            <p class="text-text">
              {t('chat.methodError', {
                questions: evaluation().questions,
                first: evaluation().firstIsSource,
                five: evaluation().sourceInFive,
              })}
            </p>
          )}
        </Show>
        <p>
          {t('chat.methodThreshold', {
            threshold: formatSignificant(properties.influence.attribution.threshold),
            count: properties.influence.attribution.influentialCount,
          })}{' '}
          {properties.influence.attribution.chancePpm > 0
            ? t('chat.methodChance', { share: formatPpm(properties.influence.attribution.chancePpm) })
            : ''}{' '}
          {properties.influence.manyTurns ? t('chat.methodTurns') : ''}
        </p>
        <h4 class="font-medium text-text">{t('chat.methodWords')}</h4>
        <ul class="grid gap-1.5">
          <For
            each={[
              t('chat.methodRetrieved'),
              t('chat.methodVerbatim'),
              t('chat.methodInfluential'),
              t('chat.methodPaid'),
            ]}
          >
            {(words) => <li>{words}</li>}
          </For>
        </ul>
      </div>
    </details>
  );
}
