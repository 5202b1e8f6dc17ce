// What the local checks found in readable rows, one group a kind. Rows to check may be left out by one button; of rows that look as
// if they held a secret, each can be published by a decision of its own, which is signed. Secrets are shown masked.
import { createMemo, createSignal, type JSX, Show } from 'solid-js';
import type { FindingCode, RowFinding } from '../../datanet/index.ts';
import { t } from '../i18n/t.ts';
import { Button, Icon, Keyed, Section } from '../ui/index.ts';
import {
  blockRows,
  type ContributionDraft,
  canBeKept,
  dropRows,
  keepRows,
  type PreparedRow,
  type PreparedRows,
  takeBackRows,
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
  // What blocks stands apart from what is only pointed out, of the same kind as well.
  return [...Map.groupBy(entries, ({ finding }) => `${finding.severity} ${finding.code}`).values()]
    .map((members) => ({
      code: (members[0] as (typeof members)[number]).finding.code,
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
          <Keyed each={found()} by={({ blocks, code }) => `${blocks} ${code}`}>
            {(group) => <FindingGroupItem group={group()} change={properties.change} />}
          </Keyed>
        </ul>
      </Section>
    </Show>
  );
}

function FindingGroupItem(properties: {
  readonly group: FindingGroup;
  readonly change: (update: (draft: ContributionDraft) => ContributionDraft) => void;
}): JSX.Element {
  const group = (): FindingGroup => properties.group;
  const [shown, setShown] = createSignal(SHOWN_ROWS);
  const left = (): number => group().rows.length - shown();
  const places = (): string[] => group().rows.map(({ prepared }) => prepared.place);
  const dropped = (): boolean => group().rows.every(({ prepared }) => prepared.leftOut !== undefined);
  return (
    <li class="grid gap-2">
      <div class="flex flex-wrap items-center justify-between gap-2">
        <p class="flex items-center gap-2 font-medium">
          <Icon name="warning" size={18} class={group().blocks ? 'text-danger' : 'text-warning'} />
          {t(`contribute.finding.${group().code}`, { count: group().rows.length })}
          <span class={`text-sm font-normal ${group().blocks ? 'text-danger' : 'text-muted'}`}>
            {t(group().blocks ? 'contribute.findingBlocked' : 'contribute.findingWarning')}
          </span>
        </p>
        <Show when={!group().blocks}>
          <Button
            size="small"
            onClick={() =>
              properties.change((draft) => (dropped() ? takeBackRows(draft, places()) : dropRows(draft, places())))
            }
          >
            {t(dropped() ? 'contribute.findingKeep' : 'contribute.findingDropAll')}
          </Button>
        </Show>
      </div>
      <Show when={group().blocks && canBeKept(group().code)}>
        <p class="text-sm text-muted">{t('contribute.overrideLead')}</p>
      </Show>
      <ul class="grid gap-1 text-sm">
        <Keyed
          each={group().rows.slice(0, shown())}
          by={({ prepared, finding }) => `${prepared.place} ${finding.code}`}
        >
          {(row) => (
            <li class="flex flex-wrap items-center gap-x-2 gap-y-1 text-muted wrap-anywhere">
              <span class="tabular text-text">{t('contribute.problemLine', { line: row().prepared.place })}</span>
              <span>{t(`contribute.findingText.${row().finding.code}`, row().finding.facts)}</span>
              <Show when={row().finding.excerpt}>{(excerpt) => <code>{excerpt()}</code>}</Show>
              <Show when={row().finding.severity === 'block' && canBeKept(row().finding.code)}>
                <Button
                  size="small"
                  aria-label={t(
                    row().prepared.leftOut === 'blocked' ? 'contribute.overrideLine' : 'contribute.overrideUndoLine',
                    { line: row().prepared.place },
                  )}
                  onClick={() =>
                    properties.change((draft) =>
                      row().prepared.leftOut === 'blocked'
                        ? keepRows(draft, [row().prepared.place])
                        : blockRows(draft, [row().prepared.place]),
                    )
                  }
                >
                  {t(row().prepared.leftOut === 'blocked' ? 'contribute.override' : 'contribute.overrideUndo')}
                </Button>
              </Show>
            </li>
          )}
        </Keyed>
      </ul>
      <Show when={left() > 0}>
        <div>
          <Button size="small" kind="quiet" onClick={() => setShown(shown() + 50)}>
            {t('contribute.previewMore', { count: Math.min(50, left()) })}
          </Button>
        </div>
      </Show>
    </li>
  );
}
