// The kernel variant that this device uses for each operator, as autotuned, and the variants that compute wrong results.
import { For, type JSX, Show } from 'solid-js';
import type { VariantChoice, VariantReport } from '../../engine/index.ts';
import { t } from '../i18n/t.ts';
import { formatList, formatNumber, Table } from '../ui/index.ts';

function timesOf({ milliseconds }: VariantChoice): string {
  const times = Object.entries(milliseconds).sort(([, one], [, other]) => one - other);
  return formatList(times.map(([name, time]) => t('settings.variantTime', { name, time: formatNumber(1000 * time) })));
}

export function Variants(properties: { readonly report: VariantReport }): JSX.Element {
  return (
    <>
      <Show when={properties.report.refused.length > 0}>
        <div class="flex flex-col gap-1">
          <p class="font-medium">{t('settings.variantsRefused')}</p>
          <p class="text-sm text-muted">{t('settings.variantsRefusedLead')}</p>
          <ul class="list-disc ps-5 text-sm">
            <For each={properties.report.refused}>
              {({ operator, shape, variant, reason }) => (
                <li class="wrap-anywhere">
                  {operator}, {shape}, {variant}: {reason}
                </li>
              )}
            </For>
          </ul>
        </div>
      </Show>
      <details>
        <summary class="min-h-8 font-medium text-accent underline underline-offset-2">
          {t('settings.variants', { count: properties.report.choices.length })}
        </summary>
        <Table
          caption={t('settings.variantsCaption')}
          captionHidden
          rows={properties.report.choices}
          rowKey={({ operator, shape }) => `${operator} ${shape}`}
          columns={[
            { header: t('settings.variantOperator'), cell: (choice) => choice().operator },
            { header: t('settings.variantShape'), cell: (choice) => choice().shape, class: 'tabular' },
            { header: t('settings.variantTaken'), cell: (choice) => choice().variant },
            { header: t('settings.variantTimes'), cell: (choice) => timesOf(choice()), class: 'tabular' },
          ]}
        />
      </details>
    </>
  );
}
