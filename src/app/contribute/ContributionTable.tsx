// Contributions with their state in words.
import type { Accessor, JSX } from 'solid-js';
import type { ContributionRecord } from '../../store/index.ts';
import type { DatanetEntry } from '../../workflows/rows/datanetEntries.ts';
import { t } from '../i18n/t.ts';
import { peersView } from '../state/peers.ts';
import { type Column, formatDateTime, formatNumber, shortAddress, shortHash, Table } from '../ui/index.ts';

/** The name of a Datanet, or its id where nobody told. */
export function datanetName(datanets: readonly DatanetEntry[], id: string): string {
  return datanets.find((entry) => entry.id === id)?.name ?? t('ui.datanetUnknown', { id: shortHash(id) });
}

/** State in words; a contribution on the chain may still wait for a relay. */
export function ContributionState(properties: { readonly record: ContributionRecord }): JSX.Element {
  const waiting = (): boolean => peersView().pending.some(({ cid }) => cid === properties.record.id);
  return (
    <span title={t(`contribute.stateHint.${properties.record.state}`)}>
      {t(`contribute.state.${properties.record.state}`)}
      {waiting() && properties.record.state !== 'queued' ? `, ${t('contribute.state.queued').toLowerCase()}` : ''}
    </span>
  );
}

export function ContributionTable(properties: {
  readonly caption: string;
  readonly records: readonly ContributionRecord[];
  readonly datanets: readonly DatanetEntry[];
  readonly mine?: boolean;
}): JSX.Element {
  const columns = (): Column<ContributionRecord>[] => [
    {
      header: t('contribute.columnDatanet'),
      class: 'min-w-32',
      cell: (record) => (
        <a href={`#/contribute/done/${record().id}`} class="font-medium text-accent underline underline-offset-2">
          {datanetName(properties.datanets, record().datanetId)}
        </a>
      ),
    },
    { header: t('contribute.columnRows'), numeric: true, cell: (record) => formatNumber(record().rows) },
    ...(properties.mine === true
      ? []
      : [
          {
            header: t('contribute.columnBy'),
            cell: (record: Accessor<ContributionRecord>) => shortAddress(record().contributor),
          },
        ]),
    {
      header: t('contribute.columnWhen'),
      class: 'whitespace-nowrap',
      cell: (record) => formatDateTime(record().createdAt),
    },
    { header: t('contribute.columnState'), cell: (record) => <ContributionState record={record()} /> },
  ];
  return (
    <Table
      caption={properties.caption}
      captionHidden
      columns={columns()}
      rows={properties.records}
      rowKey={({ id }) => id}
    />
  );
}
