// A table with a caption, for up to a few hundred rows. Columns render the cells; numbers align at the end.
import { type Accessor, For, type JSX, Show } from 'solid-js';
import { Keyed } from './Keyed.tsx';

export interface Column<Row> {
  /** Empty for a column of buttons. */
  readonly header: string;
  /** `row` is a signal: read inside what is made, so that only that follows a change. */
  readonly cell: (row: Accessor<Row>) => JSX.Element;
  readonly numeric?: boolean;
  readonly class?: string;
}

export function Table<Row>(properties: {
  readonly caption: string;
  readonly captionHidden?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** What tells a row from the others, also after it has changed. */
  readonly rowKey: (row: Row) => string | number;
  readonly empty?: JSX.Element;
}): JSX.Element {
  return (
    <section
      class="relative overflow-x-auto rounded-xl border border-line bg-surface"
      aria-label={properties.caption}
      tabindex="0"
    >
      <table class="w-full border-collapse text-sm">
        <caption class={properties.captionHidden === true ? 'sr-only' : 'px-4 pt-3 text-start font-medium'}>
          {properties.caption}
        </caption>
        <thead>
          <tr class="border-b border-line text-start text-muted">
            <For each={properties.columns}>
              {(column) =>
                column.header === '' ? (
                  <td />
                ) : (
                  <th
                    scope="col"
                    class={`px-4 py-2.5 font-medium whitespace-nowrap ${column.numeric === true ? 'text-end' : 'text-start'}`}
                  >
                    {column.header}
                  </th>
                )
              }
            </For>
          </tr>
        </thead>
        <tbody>
          <Keyed
            each={properties.rows}
            by={properties.rowKey}
            fallback={
              <Show when={properties.empty}>
                <tr>
                  <td colspan={properties.columns.length} class="px-4 py-6 text-center text-muted">
                    {properties.empty}
                  </td>
                </tr>
              </Show>
            }
          >
            {(row) => (
              <tr class="border-b border-line last:border-0">
                <For each={properties.columns}>
                  {(column) => (
                    <td
                      class={`px-4 py-2.5 align-top ${column.numeric === true ? 'tabular text-end' : ''} ${column.class ?? ''}`}
                    >
                      {column.cell(row)}
                    </td>
                  )}
                </For>
              </tr>
            )}
          </Keyed>
        </tbody>
      </table>
    </section>
  );
}
