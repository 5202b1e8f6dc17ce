// What is not published as it stands in the file, though its row is: how often, and where first.
import { For, type JSX, Show } from 'solid-js';
import type { RowNote } from '../../datanet/index.ts';
import { t } from '../i18n/t.ts';
import { Section } from '../ui/index.ts';

export function NoteList(properties: { readonly notes: readonly RowNote[] }): JSX.Element {
  return (
    <Show when={properties.notes.length > 0}>
      <Section title={t('contribute.notesTitle')} lead={t('contribute.notesLead')}>
        <ul class="grid list-disc gap-1 ps-5 text-sm">
          <For each={properties.notes}>
            {({ code, field, count, line, column }) => (
              <li class="wrap-anywhere">
                {t(`contribute.note.${code}`, { field, count, line: String(line), column: String(column) })}
              </li>
            )}
          </For>
        </ul>
      </Section>
    </Show>
  );
}
