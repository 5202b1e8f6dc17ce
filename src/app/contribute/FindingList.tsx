// What the local checks found in readable rows, one group a kind: blocked ones cannot be published, the others may be left
// out by one button. Secrets are shown masked.
import { createMemo, For, type JSX, Show } from 'solid-js';
import type { FindingCode, RowFinding } from '../../datanet/index.ts';
import { t } from '../i18n/t.ts';
import { Button, Icon, Section } from '../ui/index.ts';
import {
  type ContributionDraft,
  dropLines,
  keepLines,
  type PreparedRow,
  type PreparedRows,
} from './contributionDraft.ts';

const SHOWN_ROWS = 5;

interface FindingGroup {
  readonly code: FindingCode;
  readonly blocks: boolean;
  readonly rows: readonly {
    readonly prepared: PreparedRow;
    readonly finding: RowFinding;
  }[];
}

function groups(prepared: PreparedRows): readonly FindingGroup[] {
  // A row that is blocked anyway needs no further advice.
  const entries = prepared.all.flatMap((row) =>
    row.findings
      .filter((finding) => finding.severity === 'block' || row.leftOut !== 'blocked')
      .map((finding) => ({ row, finding })),
  );
  return [...Map.groupBy(entries, ({ finding }) => finding.code)]
    .map(([code, members]) => ({
      code,
      blocks: members.some(({ finding }) => finding.severity === 'block'),
      rows: members.map(({ row, finding }) => ({
        prepared: row,
        finding,
      })),
    }))
    .toSorted((left, right) => Number(right.blocks) - Number(left.blocks));
}

export function FindingList(properties: {
  readonly prepared: PreparedRows;
  readonly change: (update: (draft: ContributionDraft) => ContributionDraft) => void;
}): JSX.Element {
  const found = createMemo(() => groups(properties.prepared));
  return (
    <Show when={found().length > 0}>
      <Section title={t('contribute.findingsTitle')} lead={t('contribute.findingsLead')}>
        <ul class="grid gap-5">
          <For each={found()}>
            {(group) => {
              const lines = (): number[] => group.rows.map(({ prepared }) => prepared.line);
              const dropped = (): boolean => group.rows.every(({ prepared }) => prepared.leftOut !== undefined);
              return (
                <li class="grid gap-2">
                  <div class="flex flex-wrap items-center justify-between gap-2">
                    <p class="flex items-center gap-2 font-medium">
                      <Icon name="warning" size={18} class={group.blocks ? 'text-danger' : 'text-warning'} />
                      {t(`contribute.finding.${group.code}`, { count: group.rows.length })}
                      <span class={`text-sm font-normal ${group.blocks ? 'text-danger' : 'text-muted'}`}>
                        {t(group.blocks ? 'contribute.findingBlocked' : 'contribute.findingWarning')}
                      </span>
                    </p>
                    <Show when={!group.blocks}>
                      <Button
                        size="small"
                        onClick={() =>
                          properties.change((draft) =>
                            dropped() ? keepLines(draft, lines()) : dropLines(draft, lines()),
                          )
                        }
                      >
                        {t(dropped() ? 'contribute.findingKeep' : 'contribute.findingDropAll')}
                      </Button>
                    </Show>
                  </div>
                  <ul class="grid gap-1 text-sm">
                    <For each={group.rows.slice(0, SHOWN_ROWS)}>
                      {(entry) => (
                        <li class="text-muted wrap-anywhere">
                          <span class="tabular text-text">
                            {t('contribute.problemLine', { line: String(entry.prepared.line) })}
                          </span>{' '}
                          {t(`contribute.findingText.${group.code}`, entry.finding.facts)}{' '}
                          <Show when={entry.finding.excerpt}>{(excerpt) => <code>{excerpt()}</code>}</Show>
                        </li>
                      )}
                    </For>
                  </ul>
                </li>
              );
            }}
          </For>
        </ul>
      </Section>
    </Show>
  );
}
