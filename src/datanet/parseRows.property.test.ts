// Whatever bytes come: a typed error, or every line is a row's, a problem's or frame; and what is published is what stood in the file.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TributaryError } from '../lib/errors.ts';
import { canonicalRow } from './canonicalRow.ts';
import { checkRows } from './checkRows.ts';
import { parseRows } from './parseRows.ts';

const names = fc.constantFrom('a.jsonl', 'a.json', 'a.csv', 'a.tsv', 'a.txt', 'a');

/** Pieces that formats are made of, so that random texts come near to them. */
const piece = fc.constantFrom(
  '"',
  '""',
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r',
  '\r\n',
  '{',
  '}',
  '[',
  ']',
  ':',
  '\\',
  '\\u12',
  '{"prompt":"a","response":"b"}',
  '"prompt"',
  '"response":',
  'prompt,response',
  'prompt\tresponse\n',
  '"messages":[',
  '{"role":"user","content":"x"}',
  '"data":[',
  'sep=;',
  '9007199254740993',
  '1e400',
  'null',
  'true',
  ' ',
  'x',
  'é',
  '\u0000',
  '\ufeff',
  '\ufffd',
  '\u2028',
  '[\n',
  '{\n',
  '},\n',
  '],\n',
  'question',
  'answer',
  '-',
  '1',
  '.5',
  '\ud83d\ude00',
);
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

async function accounts(blob: Blob, fileName: string): Promise<void> {
  let parsed: Awaited<ReturnType<typeof parseRows>>;
  try {
    parsed = await parseRows({ blob, fileName });
  } catch (error) {
    expect(error).toBeInstanceOf(TributaryError);
    expect((error as TributaryError).code).not.toBe('UNEXPECTED');
    return;
  }
  const { rows, lines, problems, problemCount, lineCount, frameLines } = parsed;
  expect(lines).toHaveLength(rows.length);
  expect(lines).toEqual([...lines].sort((one, other) => one - other));
  expect(problems.length).toBe(Math.min(problemCount, 1_000));
  expect(frameLines).toBeLessThanOrEqual(lineCount);
  // Nothing fell between rows, problems and frame.
  expect(problems.filter(({ code }) => code === 'LINES_UNREAD')).toEqual([]);
  for (const { line, column, firstLine, lastLine } of problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(Math.max(lineCount, 1));
    expect(column).toBeGreaterThanOrEqual(1);
    expect(firstLine).toBeLessThanOrEqual(lastLine);
  }
  for (const row of rows) expect(() => canonicalRow(row)).not.toThrow();
  await checkRows({ rows });
}

describe('any input', () => {
  it('made of pieces of formats', async () => {
    await fc.assert(
      fc.asyncProperty(text, names, (content, name) => accounts(new Blob([content]), name)),
      { numRuns: 1_500 },
    );
  });

  it('of random bytes, after any beginning', async () => {
    const beginnings = fc.constantFrom<number[]>(
      [],
      [0xef, 0xbb, 0xbf],
      [0xff, 0xfe],
      [0xfe, 0xff],
      [0xff, 0xfe, 0, 0],
      [0x1f, 0x8b, 8],
      [0x50, 0x4b, 3, 4],
      [...new TextEncoder().encode('PAR1')],
      [...new TextEncoder().encode('prompt,response\n')],
    );
    await fc.assert(
      fc.asyncProperty(beginnings, fc.uint8Array({ maxLength: 200 }), names, (head, rest, name) =>
        accounts(new Blob([Uint8Array.from([...head, ...rest])]), name),
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('what is published is what stood in the file', () => {
  const field = fc.string({ unit: 'binary', maxLength: 30 });
  const row = fc.record({ prompt: field, response: field, note: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<never> });
  const rows = fc.array(row, { minLength: 1, maxLength: 8 });
  const canonical = (list: readonly object[]) => list.map((item) => canonicalRow(item as never));

  it.each([
    ['a row per line', (list: readonly object[]) => list.map((item) => JSON.stringify(item)).join('\n')],
    ['a list on one line', (list: readonly object[]) => JSON.stringify(list)],
    ['a printed list', (list: readonly object[]) => JSON.stringify(list, null, 2)],
    ['a list in an object', (list: readonly object[]) => JSON.stringify({ rows: list })],
    ['printed values', (list: readonly object[]) => list.map((item) => JSON.stringify(item, null, 1)).join('\n')],
  ])('%s', async (_form, write) => {
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        const parsed = await parseRows({ blob: new Blob([write(list)]), fileName: 'a.json' });
        expect(parsed.problems).toEqual([]);
        expect(canonical(parsed.rows)).toEqual(canonical(list));
        expect(parsed.notes).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it.each([',', '\t', ';', '|'])('a table with the separator %j', async (separator) => {
    const cell = (value: string) => `"${value.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ prompt: field, response: field }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        async (list, end) => {
          const lines = [
            `prompt${separator}response`,
            ...list.map((item) => [item.prompt, item.response].map(cell).join(separator)),
          ];
          const parsed = await parseRows({ blob: new Blob([lines.join(end)]), fileName: 'a.csv' });
          expect(parsed.problems).toEqual([]);
          expect(canonical(parsed.rows)).toEqual(canonical(list));
        },
      ),
      { numRuns: 150 },
    );
  });
});
