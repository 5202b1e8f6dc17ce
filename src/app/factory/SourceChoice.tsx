// The training data of a run: Datanets with their sample rows and contributions, each with a checkbox; a Datanet's own checkbox
// selects all of them.
import { createEffect, createMemo, type JSX, Show } from 'solid-js';
import type { DatanetEntry } from '../../workflows/rows/datanetEntries.ts';
import { t } from '../i18n/t.ts';
import { EmptyState, formatDateTime, Keyed, Section, shortAddress, shortHash } from '../ui/index.ts';
import { type SourceOption, sourceOptions } from './runDraft.ts';

export function SourceChoice(properties: {
  readonly datanets: readonly DatanetEntry[];
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}): JSX.Element {
  const withRows = createMemo(() =>
    properties.datanets
      .map((datanet) => ({ datanet, options: sourceOptions(datanet) }))
      .filter(({ options }) => options.length > 0),
  );
  const set = (keys: readonly string[], on: boolean): void =>
    properties.onChange([...properties.chosen.filter((key) => !keys.includes(key)), ...(on ? keys : [])]);
  const isOn = (key: string): boolean => properties.chosen.includes(key);
  const label = ({ record }: SourceOption): string => {
    if (record === undefined) return t('factory.sourceSample');
    const when = formatDateTime(record.createdAt);
    return record.mine
      ? t('factory.sourceMine', { when })
      : t('factory.sourceContribution', { address: shortAddress(record.contributor), when });
  };
  /** Those of the rows themselves, each once. */
  const licences = (options: readonly SourceOption[]): string =>
    [...new Set(options.map(({ licence }) => licence))]
      .filter((licence) => licence !== '')
      .map((licence) => ` · ${licence}`)
      .join('');
  const box = 'mt-0.5 size-5 shrink-0 accent-accent';
  return (
    <Section title={t('factory.sourcesTitle')} lead={t('factory.sourcesLead')}>
      <Show
        when={withRows().length > 0}
        fallback={
          <EmptyState
            icon="file"
            title={t('factory.sourcesEmpty')}
            action={
              <a href="#/contribute" class="font-medium text-accent underline">
                {t('shell.contribute')}
              </a>
            }
          >
            {t('factory.sourcesEmptyText')}
          </EmptyState>
        }
      >
        <div class="grid gap-4">
          <Keyed each={withRows()} by={({ datanet }) => datanet.id}>
            {(entry) => {
              const datanet = (): DatanetEntry => entry().datanet;
              const options = (): readonly SourceOption[] => entry().options;
              const keys = (): readonly string[] => options().map((option) => option.key);
              const all = (): boolean => keys().every(isOn);
              const some = (): boolean => keys().some(isOn) && !all();
              return (
                <fieldset class="grid gap-2">
                  <legend class="sr-only">{datanet().name ?? shortHash(datanet().id)}</legend>
                  <label class="flex items-start gap-2.5">
                    <input
                      type="checkbox"
                      class={box}
                      checked={all()}
                      ref={(element) => createEffect(() => Object.assign(element, { indeterminate: some() }))}
                      onChange={(event) => set(keys(), event.currentTarget.checked)}
                    />
                    <span class="grid min-w-0">
                      <span class="font-medium wrap-anywhere">
                        {datanet().name ?? t('ui.datanetUnknown', { id: shortHash(datanet().id) })}
                      </span>
                      <span class="text-sm text-muted wrap-anywhere">{datanet().summary}</span>
                      <span class="tabular text-sm text-muted">
                        {t('factory.rows', { count: options().reduce((sum, option) => sum + option.rowCount, 0) })}
                        {licences(options())}
                      </span>
                    </span>
                  </label>
                  <Show when={options().length > 1}>
                    <div class="grid gap-1.5 ps-8">
                      <Keyed each={options()} by={({ key }) => key}>
                        {(option) => (
                          <label class="flex items-start gap-2.5 text-sm">
                            <input
                              type="checkbox"
                              class={box}
                              checked={isOn(option().key)}
                              onChange={(event) => set([option().key], event.currentTarget.checked)}
                            />
                            <span class="tabular">
                              {label(option())} · {t('factory.rows', { count: option().rowCount })}
                              {licences([option()])}
                            </span>
                          </label>
                        )}
                      </Keyed>
                    </div>
                  </Show>
                </fieldset>
              );
            }}
          </Keyed>
        </div>
      </Show>
      <Show when={properties.error}>
        <p class="text-sm text-danger" role="alert">
          {properties.error}
        </p>
      </Show>
    </Section>
  );
}
