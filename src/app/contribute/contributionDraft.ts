// A contribution that is being prepared, as a small value: which Datanet, which file, what was corrected, skipped, left out and kept.
// The bytes of the file are stored apart, once; rows, problems and findings follow from both by reading again, so that a
// reload loses nothing. Lines count from 1 and never shift: a correction replaces a line, skipping only marks it.
import type {
  CheckedRows,
  ContributionOverride,
  FindingCode,
  ParsedRows,
  Row,
  RowFinding,
  RowMapping,
  RowProblem,
} from '../../datanet/index.ts';

export interface ContributionDraft {
  readonly datanetId?: string;
  readonly fileName?: string;
  /** Key of the file's bytes, which are stored apart. */
  readonly file?: string;
  /** The encoding that the person chose. */
  readonly encoding?: string;
  readonly mapping?: RowMapping;
  /** Lines as the person corrected them. */
  readonly corrections: readonly (readonly [line: number, text: string])[];
  /** Lines whose problem the person decided to leave out. */
  readonly skippedLines: readonly number[];
  /** Places (`rowPlace`) of readable rows that the person decided to leave out. */
  readonly droppedRows: readonly string[];
  /** Places of rows that look as if they held a secret and that the person decided to publish. */
  readonly keptRows: readonly string[];
  readonly licence?: string;
  /** "I may share these rows under this licence." */
  readonly mayShare: boolean;
}

const undecided = { corrections: [], skippedLines: [], droppedRows: [], keptRows: [], mayShare: false } as const;

export const emptyDraft: ContributionDraft = undecided;

/** Another file: decisions about the old one's lines are void, those about the person's rights must be made again. */
export function withFile(draft: ContributionDraft, fileName: string, file: string): ContributionDraft {
  const { datanetId, licence } = draft;
  return {
    ...(datanetId === undefined ? {} : { datanetId }),
    ...(licence === undefined ? {} : { licence }),
    ...undecided,
    fileName,
    file,
  };
}

/** The draft without its file. */
export function withoutFile(draft: ContributionDraft): ContributionDraft {
  const { file: _file, fileName: _fileName, ...rest } = withFile(draft, '', '');
  return rest;
}

/** Another encoding: the lines read otherwise, so corrections and decisions are void. */
export function withEncoding(draft: ContributionDraft, encoding: string): ContributionDraft {
  return { ...draft, ...undecided, encoding };
}

/** A draft as it was stored: fields of earlier versions are brought to today's, and its text, which they held, is given apart. */
export function openDraft(stored: unknown): { readonly draft: ContributionDraft; readonly text?: string } {
  const { text, droppedLines, ...rest } = stored as Partial<ContributionDraft> & {
    readonly text?: string;
    readonly droppedLines?: readonly number[];
  };
  const draft = {
    ...undecided,
    ...rest,
    ...(droppedLines === undefined ? {} : { droppedRows: droppedLines.map(String) }),
  };
  return text === undefined ? { draft } : { draft, text };
}

/** Line that a place stands on. */
function lineOf(place: string): number {
  return Number.parseInt(place, 10);
}

/** Corrects one line. Line breaks become spaces, so that the other lines keep their numbers. */
export function withLine(draft: ContributionDraft, line: number, replacement: string): ContributionDraft {
  const isElsewhere = (place: string): boolean => lineOf(place) !== line;
  return {
    ...draft,
    corrections: [
      ...draft.corrections.filter(([corrected]) => corrected !== line),
      [line, replacement.replace(/[\r\n]+/g, ' ')] as const,
    ],
    skippedLines: draft.skippedLines.filter((other) => other !== line),
    droppedRows: draft.droppedRows.filter(isElsewhere),
    keptRows: draft.keptRows.filter(isElsewhere),
  };
}

export function skipLines(draft: ContributionDraft, lines: readonly number[]): ContributionDraft {
  return { ...draft, skippedLines: [...new Set([...draft.skippedLines, ...lines])].sort((a, b) => a - b) };
}

function without(places: readonly string[], taken: readonly string[]): readonly string[] {
  const gone = new Set(taken);
  return places.filter((place) => !gone.has(place));
}

export function dropRows(draft: ContributionDraft, places: readonly string[]): ContributionDraft {
  return { ...draft, droppedRows: [...new Set([...draft.droppedRows, ...places])] };
}

/** Takes rows back in that were left out. */
export function takeBackRows(draft: ContributionDraft, places: readonly string[]): ContributionDraft {
  return { ...draft, droppedRows: without(draft.droppedRows, places) };
}

/** Publishes rows although they look as if they held a secret: the person says that they hold none. */
export function keepRows(draft: ContributionDraft, places: readonly string[]): ContributionDraft {
  return { ...draft, keptRows: [...new Set([...draft.keptRows, ...places])], mayShare: false };
}

export function blockRows(draft: ContributionDraft, places: readonly string[]): ContributionDraft {
  return { ...draft, keptRows: without(draft.keptRows, places) };
}

export interface PreparedRow {
  readonly row: Row;
  readonly line: number;
  /** Its line, and its number on it where there are several: `7`, `7.2`. */
  readonly place: string;
  readonly findings: readonly RowFinding[];
  /** Why it is not published: a finding that blocks, or the person's decision. Absent: it is published. */
  readonly leftOut?: 'blocked' | 'dropped';
}

const secretCodes: readonly FindingCode[] = ['PRIVATE_KEY', 'SEED_PHRASE', 'API_TOKEN', 'PASSWORD', 'PAYMENT_CARD'];

/** Whether the finding may be mistaken, so that the person can decide otherwise: rules about secrets can, equal rows are equal. */
export function canBeKept(code: FindingCode): boolean {
  return secretCodes.includes(code);
}

/** Whether the row holds what gives access to something: it must not be shown either. */
export function hasSecret(row: PreparedRow): boolean {
  return row.findings.some(({ code, severity }) => severity === 'block' && canBeKept(code));
}

export interface PreparedRows {
  /** All readable rows in the order of the file. */
  readonly all: readonly PreparedRow[];
  /** The rows that will be published. */
  readonly publishable: readonly Row[];
  /** Which of them look as if they held a secret, and are published by the person's decision; `row`: index into `publishable`. */
  readonly overrides: readonly ContributionOverride[];
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
  const dropped = new Set(draft.droppedRows);
  const kept = new Set(draft.keptRows);
  const skipped = new Set(draft.skippedLines);
  const findings = Map.groupBy(checked.findings, (finding) => finding.row);
  const overrides: ContributionOverride[] = [];
  const publishable: Row[] = [];
  let [lastLine, onLine] = [0, 0];
  const all = parsed.rows.map((row, index): PreparedRow => {
    const line = parsed.lines[index] ?? 0;
    onLine = line === lastLine ? onLine + 1 : 1;
    lastLine = line;
    const place = onLine === 1 ? String(line) : `${line}.${onLine}`;
    const found = findings.get(index) ?? [];
    const blocking = found.filter(({ severity }) => severity === 'block').map(({ code }) => code);
    const isAllowed = accepted.has(index) || (kept.has(place) && blocking.every(canBeKept));
    const leftOut = isAllowed ? (dropped.has(place) ? 'dropped' : undefined) : 'blocked';
    if (leftOut !== undefined) return { row, line, place, findings: found, leftOut };
    if (blocking.length > 0) overrides.push({ row: publishable.length, codes: [...new Set(blocking)].sort() });
    publishable.push(row);
    return { row, line, place, findings: found };
  });
  return {
    all,
    publishable,
    overrides,
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
  if (draft.file === undefined || prepared === undefined) gaps.push('text');
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
