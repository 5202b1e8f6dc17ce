// The lines that cannot be read: place, reason, and a field to correct each, or skip.
import { createEffect, createSignal, For, type JSX, on, Show } from 'solid-js';
import type { RowProblem } from '../../datanet/index.ts';
import { t } from '../i18n/t.ts';
import { Button, Field, Section } from '../ui/index.ts';
import { type ContributionDraft, type PreparedRows, skipLines, withLine } from './contributionDraft.ts';
import { problemText } from './problemText.ts';

/** More than these at once help nobody; the others move up as these are dealt with. */
const SHOWN_PROBLEMS = 20;

export function ProblemList(properties: {
  readonly prepared: PreparedRows;
  readonly change: (update: (draft: ContributionDraft) => ContributionDraft) => void;
}): JSX.Element {
  const problems = () => properties.prepared.openProblems;
  let list: HTMLOListElement | undefined;
  // A line that was dealt with takes the focus with it: the next one gets it, or the heading of what follows is one Tab away.
  createEffect(
    on(problems, (_now, before) => {
      if (before === undefined || before.length === 0 || document.activeElement !== document.body) return;
      list?.querySelector<HTMLInputElement>('input')?.focus();
    }),
  );
  return (
    <Show when={problems().length > 0}>
      <Section
        title={t('contribute.problemsTitle')}
        lead={t('contribute.problemsLead')}
        actions={
          <Button
            size="small"
            onClick={() =>
              properties.change((draft) =>
                skipLines(
                  draft,
                  problems().map((problem) => problem.line),
                ),
              )
            }
          >
            {t('contribute.problemSkipAll', { count: problems().length })}
          </Button>
        }
      >
        <ol ref={list} class="grid gap-4">
          {/* By line, not by problem: reading again makes new problems, and what was typed must stay. */}
          <For each={[...new Set(problems().map((problem) => problem.line))].slice(0, SHOWN_PROBLEMS)}>
            {(line) => (
              <ProblemItem
                line={line}
                problem={problems().find((problem) => problem.line === line)}
                change={properties.change}
              />
            )}
          </For>
        </ol>
        <Show when={problems().length > SHOWN_PROBLEMS}>
          <p class="text-sm text-muted">
            {t('contribute.problemsShown', { shown: SHOWN_PROBLEMS, count: problems().length })}
          </p>
        </Show>
        <Show when={properties.prepared.unlistedProblems > 0}>
          <p class="text-sm text-muted">
            {t('contribute.problemsMore', { count: properties.prepared.unlistedProblems })}
          </p>
        </Show>
      </Section>
    </Show>
  );
}

function ProblemItem(properties: {
  readonly line: number;
  readonly problem: RowProblem | undefined;
  readonly change: (update: (draft: ContributionDraft) => ContributionDraft) => void;
}): JSX.Element {
  const { line } = properties;
  /** Absent for a line that is too long to be corrected here, and for a file without lines of text. */
  const source = (): string | undefined => properties.problem?.source;
  const [text, setText] = createSignal(source() ?? '');
  /** What cannot be read because of it, where that is more than its own line. */
  const covers = (): string | undefined => {
    const problem = properties.problem;
    return problem === undefined || problem.firstLine === problem.lastLine
      ? undefined
      : t('contribute.problemCovers', { first: String(problem.firstLine), last: String(problem.lastLine) });
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    properties.change((draft) => withLine(draft, line, text()));
  };
  return (
    <li>
      <form class="grid gap-2" onSubmit={submit}>
        <p>
          <span class="tabular font-medium">
            {t('contribute.problemPlace', { line: String(line), column: String(properties.problem?.column ?? 1) })}
          </span>{' '}
          {properties.problem === undefined ? '' : problemText(properties.problem)} {covers()}
        </p>
        <div class="flex flex-wrap items-start gap-2">
          <Show
            when={source() !== undefined}
            fallback={<code class="min-w-0 flex-1 basis-64 text-sm wrap-anywhere">{properties.problem?.text}</code>}
          >
            <Field
              class="min-w-0 flex-1 basis-64 font-mono"
              label={t('contribute.problemFix', { line: String(line) })}
              labelHidden
              spellcheck={false}
              autocomplete="off"
              value={text()}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <Button type="submit" disabled={text() === source()}>
              {t('contribute.problemApply')}
            </Button>
          </Show>
          <Button
            kind="quiet"
            aria-label={t('contribute.problemSkipLine', { line: String(line) })}
            onClick={() => properties.change((draft) => skipLines(draft, [line]))}
          >
            {t('contribute.problemSkip')}
          </Button>
        </div>
      </form>
    </li>
  );
}
