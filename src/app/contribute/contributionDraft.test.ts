import { describe, expect, test } from 'vitest';
import type { CheckedRows, ParsedRows } from '../../datanet/index.ts';
import {
  type ContributionDraft,
  draftGaps,
  dropLines,
  emptyDraft,
  furthestStep,
  keepLines,
  lineText,
  prepareRows,
  skipLines,
  withLine,
  withText,
} from './contributionDraft.ts';

const draft: ContributionDraft = withText(
  { ...emptyDraft, datanetId: 'towns' },
  'towns.jsonl',
  'one\ntwo\r\nthree\nfour',
);

const parsed: ParsedRows = {
  rows: [
    { prompt: 'a', response: '1' },
    { prompt: 'b', response: '2' },
    { prompt: 'c', response: '3' },
  ],
  lines: [1, 3, 4],
  problems: [{ line: 2, column: 5, code: 'ROW_NOT_JSON', message: 'This line is no JSON.', text: 'two', facts: {} }],
  problemCount: 1,
  columns: ['prompt', 'response'],
  mapping: { prompt: 'prompt', response: 'response' },
};

const checked: CheckedRows = {
  findings: [
    { row: 1, code: 'PRIVATE_KEY', severity: 'block', message: 'A private key.' },
    { row: 2, code: 'EMAIL', severity: 'warning', message: 'An e-mail address.' },
  ],
  accepted: [0, 2],
};

describe('lines', () => {
  test('are replaced without moving the others, whatever ended them', () => {
    const fixed = withLine(skipLines(draft, [2]), 2, 'TWO\nstill two');
    expect(lineText(fixed, 2)).toBe('TWO still two');
    expect(lineText(fixed, 3)).toBe('three');
    expect(fixed.skippedLines).toEqual([]);
  });

  test('outside the file change nothing', () => {
    expect(withLine(draft, 9, 'x')).toBe(draft);
    expect(lineText(draft, 9)).toBe('');
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
    const dropped = dropLines(draft, [4, 3]);
    expect(prepareRows(dropped, parsed, checked)).toMatchObject({
      dropped: 1,
      blocked: 1,
      publishable: [{ prompt: 'a' }],
    });
    expect(prepareRows(keepLines(dropped, [4, 3]), parsed, checked).publishable).toHaveLength(2);
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
    const all = dropLines(skipLines(draft, [2]), [1, 4]);
    expect(draftGaps(all, prepareRows(all, parsed, checked))).toContain('noRows');
  });

  test('another text voids the decisions about lines and rights', () => {
    const other = withText({ ...dropLines(draft, [1]), mayShare: true, licence: 'CC0-1.0' }, 'b.csv', 'x');
    expect(other).toMatchObject({ droppedLines: [], mayShare: false, licence: 'CC0-1.0', datanetId: 'towns' });
  });
});
