// The answers that earned the money: share and amount of each, its rows if this browser asked the question, and an export
// as CSV.
import { type Accessor, createMemo, For, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { listAdapters } from '../state/adapters.ts';
import { createLive } from '../state/live.ts';
import { Button, formatDateTime, formatOpen, formatPpm, Section, Table } from '../ui/index.ts';
import { type AnswerEarnings, breakdown, breakdownCsv } from './breakdown.ts';
import { createPaidAnswers } from './createPaidAnswers.ts';

const SHOWN = 50;

export function Breakdown(properties: {
  readonly address: string;
  readonly ownerShares: ReadonlyMap<string, number>;
}): JSX.Element {
  const adapters = createLive(listAdapters);
  const answers = createPaidAnswers(() => properties.ownerShares);
  const earnings = createMemo(() => breakdown(answers(), properties.address));
  const adapterName = (id: string): string =>
    adapters()?.find((adapter) => adapter.id === id || adapter.manifest === id)?.name ?? id;
  const download = (): void => {
    const url = URL.createObjectURL(new Blob([breakdownCsv(earnings())], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `rewards-${properties.address}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  };
  const rowList = (entry: Accessor<AnswerEarnings>): JSX.Element => (
    <Show when={entry().rows.length > 0} fallback={<span class="text-muted">{t('rewards.breakdownRowsHidden')}</span>}>
      <details>
        <summary class="text-accent">{t('ui.rows', { count: entry().rows.length })}</summary>
        <ul class="mt-1 grid gap-1">
          <For each={entry().rows}>
            {(row) => (
              <li class="flex justify-between gap-3">
                <span class="min-w-0 wrap-anywhere">{row.text}</span>
                <span class="tabular whitespace-nowrap text-muted">
                  {formatPpm(row.ppm)}
                  {row.amount === undefined ? '' : ` · ${formatOpen(row.amount)}`}
                </span>
              </li>
            )}
          </For>
        </ul>
      </details>
    </Show>
  );
  const shareText = ({ ppm, evidencePpm }: AnswerEarnings): string =>
    evidencePpm === undefined || evidencePpm === ppm
      ? formatPpm(ppm)
      : t('rewards.breakdownShareOf', { share: formatPpm(ppm), evidence: formatPpm(evidencePpm) });
  const amountText = ({ amount }: AnswerEarnings): string =>
    amount === undefined ? t('rewards.breakdownFree') : formatOpen(amount);
  return (
    <Section
      title={t('rewards.breakdownTitle')}
      lead={t('rewards.breakdownLead')}
      actions={
        <Show when={earnings().length > 0}>
          <Button size="small" icon="download" onClick={download}>
            {t('rewards.csv')}
          </Button>
        </Show>
      }
    >
      <Show when={earnings().length > 0} fallback={<p class="text-muted">{t('rewards.breakdownEmpty')}</p>}>
        <Table
          caption={t('rewards.breakdownTitle')}
          captionHidden
          rows={earnings().slice(0, SHOWN)}
          rowKey={({ answer }) => answer.receipt}
          columns={[
            {
              header: t('rewards.breakdownWhen'),
              class: 'whitespace-nowrap',
              cell: (entry) => formatDateTime(entry().answer.at),
            },
            { header: t('rewards.breakdownAdapter'), cell: (entry) => adapterName(entry().answer.adapterId) },
            {
              header: t('rewards.breakdownShare'),
              numeric: true,
              cell: (entry) => shareText(entry()),
            },
            {
              header: t('rewards.breakdownAmount'),
              numeric: true,
              cell: (entry) => amountText(entry()),
            },
            { header: t('rewards.breakdownRows'), class: 'min-w-48', cell: rowList },
          ]}
        />
        <Show when={earnings().length > SHOWN}>
          <p class="text-sm text-muted">{t('rewards.breakdownShown', { shown: SHOWN, count: earnings().length })}</p>
        </Show>
      </Show>
    </Section>
  );
}
