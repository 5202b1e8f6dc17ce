// The first rows as they will be read, with what happens to each. More on demand: a preview, not a browser.
import { createSignal, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Button, Table } from '../ui/index.ts';
import { hasSecret, type PreparedRow } from './contributionDraft.ts';

const PAGE_SIZE = 10;

export function RowPreview(properties: { readonly rows: readonly PreparedRow[] }): JSX.Element {
  const [shown, setShown] = createSignal(PAGE_SIZE);
  const left = () => properties.rows.length - shown();
  const state = (row: PreparedRow): JSX.Element =>
    row.leftOut === 'blocked' ? (
      <span class="text-danger">{t('contribute.findingBlocked')}</span>
    ) : row.leftOut === 'dropped' ? (
      <span class="text-muted">{t('contribute.findingDropped')}</span>
    ) : (
      t('contribute.previewPublished')
    );
  /** A secret is not drawn: screens are shared and photographed. */
  const text = (row: PreparedRow, field: 'prompt' | 'response'): JSX.Element =>
    hasSecret(row) ? (
      <span class="text-muted">{t('contribute.previewHidden')}</span>
    ) : (
      <span class="line-clamp-4">{row.row[field]}</span>
    );
  return (
    <Show when={properties.rows.length > 0}>
      <div class="grid gap-2">
        <Table
          caption={t('contribute.previewCaption')}
          rows={properties.rows.slice(0, shown())}
          rowKey={({ place }) => place}
          columns={[
            { header: t('contribute.previewLine'), numeric: true, cell: (row) => String(row().line) },
            {
              header: t('contribute.previewPrompt'),
              class: 'min-w-40 wrap-anywhere',
              cell: (row) => text(row(), 'prompt'),
            },
            {
              header: t('contribute.previewResponse'),
              class: 'min-w-40 wrap-anywhere',
              cell: (row) => text(row(), 'response'),
            },
            { header: t('contribute.previewState'), cell: (row) => state(row()) },
          ]}
        />
        <Show when={left() > 0}>
          <div>
            <Button size="small" onClick={() => setShown(shown() + 50)}>
              {t('contribute.previewMore', { count: Math.min(50, left()) })}
            </Button>
          </div>
        </Show>
      </div>
    </Show>
  );
}
