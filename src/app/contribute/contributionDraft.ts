// A contribution that is being prepared, as a value: which Datanet, which text, what was fixed, skipped and left out.
// Everything else (rows, problems, findings) follows from it by parsing again, so that a reload loses nothing.
// Lines count from 1 and never shift: fixing replaces a line, skipping only marks it.
import type { CheckedRows, ParsedRows, Row, RowFinding, RowMapping, RowProblem } from '../../datanet/index.ts';

export interface ContributionDraft {
  readonly datanetId?: string;
  readonly fileName?: string;
  /** The whole text of the file, as fixed so far. */
  readonly text?: string;
  readonly mapping?: RowMapping;
  /** Lines whose problem the person decided to leave out. */
  readonly skippedLines: readonly number[];
  /** Lines of readable rows that the person decided to leave out. */
  readonly droppedLines: readonly number[];
  readonly licence?: string;
  /** "I may share these rows under this licence." */
  readonly mayShare: boolean;
}

export const emptyDraft: ContributionDraft = { skippedLines: [], droppedLines: [], mayShare: false };

/** A new text: decisions about the old text's lines are void, those about the person's rights must be made again. */
export function withText(draft: ContributionDraft, fileName: string, text: string): ContributionDraft {
  const { mapping: _mapping, ...rest } = draft;
  return { ...rest, fileName, text, skippedLines: [], droppedLines: [], mayShare: false };
}

/** The draft without its text. */
export function withoutText(draft: ContributionDraft): ContributionDraft {
  const { text: _text, fileName: _fileName, ...rest } = withText(draft, '', '');
  return rest;
}

const lineEnds = /\r\n|\n|\r/;

/** The text of a line, '' past the end. */
export function lineText(draft: ContributionDraft, line: number): string {
  return draft.text?.split(lineEnds)[line - 1] ?? '';
}

/** Replaces one line. Line breaks in `replacement` become spaces, so that the other lines keep their numbers. */
export function withLine(draft: ContributionDraft, line: number, replacement: string): ContributionDraft {
  const lines = (draft.text ?? '').split(lineEnds);
  if (line < 1 || line > lines.length) return draft;
  lines[line - 1] = replacement.replace(/[\r\n]+/g, ' ');
  const isLine = (other: number): boolean => other !== line;
  return {
    ...draft,
    text: lines.join('\n'),
    skippedLines: draft.skippedLines.filter(isLine),
    droppedLines: draft.droppedLines.filter(isLine),
  };
}

function union(left: readonly number[], right: readonly number[]): readonly number[] {
  return [...new Set([...left, ...right])].sort((a, b) => a - b);
}

export function skipLines(draft: ContributionDraft, lines: readonly number[]): ContributionDraft {
  return { ...draft, skippedLines: union(draft.skippedLines, lines) };
}

export function dropLines(draft: ContributionDraft, lines: readonly number[]): ContributionDraft {
  return { ...draft, droppedLines: union(draft.droppedLines, lines) };
}

/** Takes lines back in that were left out. */
export function keepLines(draft: ContributionDraft, lines: readonly number[]): ContributionDraft {
  return { ...draft, droppedLines: draft.droppedLines.filter((line) => !lines.includes(line)) };
}

export interface PreparedRow {
  readonly row: Row;
  readonly line: number;
  readonly findings: readonly RowFinding[];
  /** Why it is not published: a finding that blocks, or the person's decision. Absent: it is published. */
  readonly leftOut?: 'blocked' | 'dropped';
}

const secretCodes: readonly string[] = ['PRIVATE_KEY', 'SEED_PHRASE', 'API_TOKEN'];

/** Whether the row holds what gives access to something: it must not be shown either. */
export function hasSecret(row: PreparedRow): boolean {
  return row.findings.some(({ code }) => secretCodes.includes(code));
}

export interface PreparedRows {
  /** All readable rows in the order of the file. */
  readonly all: readonly PreparedRow[];
  /** The rows that will be published. */
  readonly publishable: readonly Row[];
  readonly blocked: number;
  readonly dropped: number;
  /** Problems that still want a decision. */
  readonly openProblems: readonly RowProblem[];
  /** Problems beyond the listed ones, when the file has more than the parser lists. */
  readonly unlistedProblems: number;
}

/** What would be published now. */
export function prepareRows(draft: ContributionDraft, parsed: ParsedRows, checked: CheckedRows): PreparedRows {
  const accepted = new Set(checked.accepted);
  const dropped = new Set(draft.droppedLines);
  const skipped = new Set(draft.skippedLines);
  const findings = Map.groupBy(checked.findings, (finding) => finding.row);
  const all = parsed.rows.map((row, index): PreparedRow => {
    const line = parsed.lines[index] ?? 0;
    const leftOut = accepted.has(index) ? (dropped.has(line) ? 'dropped' : undefined) : 'blocked';
    return { row, line, findings: findings.get(index) ?? [], ...(leftOut === undefined ? {} : { leftOut }) };
  });
  return {
    all,
    publishable: all.filter((prepared) => prepared.leftOut === undefined).map((prepared) => prepared.row),
    blocked: all.filter((prepared) => prepared.leftOut === 'blocked').length,
    dropped: all.filter((prepared) => prepared.leftOut === 'dropped').length,
    openProblems: parsed.problems.filter((problem) => !skipped.has(problem.line)),
    unlistedProblems: Math.max(0, parsed.problemCount - parsed.problems.length),
  };
}

export const contributionSteps = ['datanet', 'rows', 'review'] as const;
export type ContributionStep = (typeof contributionSteps)[number];

export type DraftGap = 'datanet' | 'text' | 'problems' | 'noRows' | 'licence' | 'mayShare';

/** What is still missing before the draft can be signed, in the order of the steps. Rows not yet read count as missing text. */
export function draftGaps(draft: ContributionDraft, prepared: PreparedRows | undefined): readonly DraftGap[] {
  const gaps: DraftGap[] = [];
  if (draft.datanetId === undefined) gaps.push('datanet');
  if (draft.text === undefined || prepared === undefined) gaps.push('text');
  else {
    if (prepared.openProblems.length > 0) gaps.push('problems');
    if (prepared.publishable.length === 0) gaps.push('noRows');
  }
  if (draft.licence === undefined) gaps.push('licence');
  if (!draft.mayShare) gaps.push('mayShare');
  return gaps;
}

const gapStep: Readonly<Record<DraftGap, ContributionStep>> = {
  datanet: 'datanet',
  text: 'rows',
  problems: 'rows',
  noRows: 'rows',
  licence: 'review',
  mayShare: 'review',
};

/** What is missing in one step, undefined when it is complete. */
export function gapOfStep(gaps: readonly DraftGap[], step: ContributionStep): DraftGap | undefined {
  return gaps.find((gap) => gapStep[gap] === step);
}

/** The last step that the draft may show: the one with the first gap. An address beyond it is led back here. */
export function furthestStep(gaps: readonly DraftGap[]): ContributionStep {
  return contributionSteps.find((step) => gaps.some((gap) => gapStep[gap] === step)) ?? 'review';
}
