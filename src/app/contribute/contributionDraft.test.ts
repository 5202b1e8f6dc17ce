import { describe, expect, test } from 'vitest';
import type { CheckedRows, ParsedRows } from '../../datanet/index.ts';
import {
  blockRows,
  type ContributionDraft,
  draftGaps,
  dropRows,
  emptyDraft,
  furthestStep,
  keepRows,
  openDraft,
  prepareRows,
  skipLines,
  takeBackRows,
  withEncoding,
  withFile,
  withLine,
} from './contributionDraft.ts';

const draft: ContributionDraft = withFile({ ...emptyDraft, datanetId: 'towns' }, 'towns.jsonl', 'key-1');

const parsed: ParsedRows = {
  rows: [
    { prompt: 'a', response: '1' },
    { prompt: 'b', response: '2' },
    { prompt: 'c', response: '3' },
  ],
  lines: [1, 3, 4],
  problems: [
    {
      line: 2,
      column: 5,
      firstLine: 2,
      lastLine: 2,
      code: 'ROW_NOT_JSON',
      message: 'This line is no JSON.',
      text: 'two',
      facts: {},
    },
  ],
  problemCount: 1,
  columns: ['prompt', 'response'],
  mapping: { prompt: 'prompt', response: 'response' },
  encoding: null,
  sample: [],
  notes: [],
  lineCount: 4,
  frameLines: 0,
};

const checked: CheckedRows = {
  findings: [
    { row: 1, code: 'PRIVATE_KEY', severity: 'block', message: 'A private key.' },
    { row: 2, code: 'EMAIL', severity: 'warning', message: 'An e-mail address.' },
  ],
  accepted: [0, 2],
};

describe('lines', () => {
  test('are corrected one by one; the last correction of a line counts, and its decisions are void', () => {
    const decided = keepRows(dropRows(skipLines(draft, [2, 3]), ['2', '2.1', '3']), ['2', '22']);
    const fixed = withLine(withLine(decided, 2, 'first'), 2, 'TWO\nstill two');
    expect(fixed.corrections).toEqual([[2, 'TWO still two']]);
    expect(fixed.skippedLines).toEqual([3]);
    expect(fixed.droppedRows).toEqual(['3']);
    expect(fixed.keptRows).toEqual(['22']);
  });

  test('read in another encoding lose corrections and decisions', () => {
    const decided = dropRows(withLine({ ...draft, licence: 'CC0-1.0', mayShare: true }, 1, 'x'), ['1']);
    expect(withEncoding(decided, 'big5')).toEqual({ ...draft, licence: 'CC0-1.0', encoding: 'big5' });
  });

  test('of a draft of an earlier version are taken over', () => {
    expect(openDraft({ fileName: 'a', text: 'x', skippedLines: [1], droppedLines: [4], mayShare: true })).toEqual({
      text: 'x',
      draft: { fileName: 'a', corrections: [], skippedLines: [1], droppedRows: ['4'], keptRows: [], mayShare: true },
    });
  });
});

describe('prepareRows', () => {
  test('leaves out what blocks and lists what is undecided', () => {
    const prepared = prepareRows(draft, parsed, checked);
    expect(prepared.publishable.map((row) => row.prompt)).toEqual(['a', 'c']);
    expect(prepared.blocked).toBe(1);
    expect(prepared.openProblems.map((problem) => problem.line)).toEqual([2]);
    expect(prepared.all[2]?.findings[0]?.code).toBe('EMAIL');
  });

  test('a dropped line comes back; a blocked one does not', () => {
    const dropped = dropRows(draft, ['4', '3']);
    expect(prepareRows(dropped, parsed, checked)).toMatchObject({
      dropped: 1,
      blocked: 1,
      publishable: [{ prompt: 'a' }],
    });
    expect(prepareRows(takeBackRows(dropped, ['4', '3']), parsed, checked).publishable).toHaveLength(2);
  });
});

describe('a row that looks as if it held a secret', () => {
  test('is published by decision, and the decision is part of what is published', () => {
    const kept = keepRows({ ...draft, mayShare: true }, ['3']);
    expect(kept.mayShare).toBe(false);
    const prepared = prepareRows(dropRows(kept, ['1']), parsed, checked);
    expect(prepared.publishable.map((row) => row.prompt)).toEqual(['b', 'c']);
    expect(prepared.overrides).toEqual([{ row: 0, codes: ['PRIVATE_KEY'] }]);
    expect(prepareRows(blockRows(kept, ['3']), parsed, checked).overrides).toEqual([]);
  });

  test('stays out where something else blocks it too', () => {
    const twice: CheckedRows = {
      ...checked,
      findings: [...checked.findings, { row: 1, code: 'DUPLICATE_IN_FILE', severity: 'block', message: 'Twice.' }],
    };
    expect(prepareRows(keepRows(draft, ['3']), parsed, twice).overrides).toEqual([]);
  });

  test('is told apart from others on its line', () => {
    const oneLine = { ...parsed, lines: [1, 1, 1] };
    const prepared = prepareRows(dropRows(draft, ['1.3']), oneLine, checked);
    expect(prepared.all.map(({ place, leftOut }) => [place, leftOut])).toEqual([
      ['1', undefined],
      ['1.2', 'blocked'],
      ['1.3', 'dropped'],
    ]);
  });
});

describe('steps', () => {
  test('an empty draft begins with the Datanet', () => {
    expect(furthestStep(draftGaps(emptyDraft, undefined))).toBe('datanet');
  });

  test('unread text and open problems hold at the rows', () => {
    expect(furthestStep(draftGaps(draft, undefined))).toBe('rows');
    expect(draftGaps(draft, prepareRows(draft, parsed, checked))).toEqual(['problems', 'licence', 'mayShare']);
  });

  test('skipping the problem leads to the review, licence and right complete it', () => {
    const skipped = skipLines(draft, [2]);
    expect(furthestStep(draftGaps(skipped, prepareRows(skipped, parsed, checked)))).toBe('review');
    const complete = { ...skipped, licence: 'CC0-1.0', mayShare: true };
    expect(draftGaps(complete, prepareRows(complete, parsed, checked))).toEqual([]);
  });

  test('nothing left to publish is a gap', () => {
    const all = dropRows(skipLines(draft, [2]), ['1', '4']);
    expect(draftGaps(all, prepareRows(all, parsed, checked))).toContain('noRows');
  });

  test('another file voids the decisions about lines and rights', () => {
    const decided = {
      ...keepRows(dropRows(draft, ['1']), ['3']),
      mayShare: true,
      licence: 'CC0-1.0',
      encoding: 'big5',
    };
    expect(withFile(decided, 'b.csv', 'key-2')).toEqual({
      ...emptyDraft,
      licence: 'CC0-1.0',
      datanetId: 'towns',
      fileName: 'b.csv',
      file: 'key-2',
    });
  });
});
