import { describe, expect, it } from 'vitest';
import { parseRows } from './parseRows.ts';

const jsonl = (text: string) => parseRows({ text, fileName: 'rows.jsonl' });
const csv = (text: string, fileName = 'rows.csv') => parseRows({ text, fileName });
const places = (problems: readonly { line: number; column: number; code: string }[]) =>
  problems.map(({ line, column, code }) => `${line}:${column} ${code}`);

describe('JSON lines', () => {
  it('reads rows, keeps further fields, skips empty lines, accepts CRLF and a byte order mark', async () => {
    const parsed = await jsonl('\uFEFF{"prompt":"a","response":"b","n":1}\r\n\r\n{"question":"c","answer":"d"}');
    expect(parsed.rows).toEqual([
      { prompt: 'a', response: 'b', n: 1 },
      { prompt: 'c', response: 'd' },
    ]);
    expect(parsed.lines).toEqual([1, 3]);
    expect(parsed.problems).toEqual([]);
    expect(parsed.mapping).toEqual({ prompt: 'prompt', response: 'response' });
  });

  it.each([
    ['{"prompt": "a", "response": "b"', 32, 'there the line ends'],
    ['{"prompt": "a" "response": "b"}', 16, 'a comma is missing'],
    ['{"prompt": "a", "response": "b",}', 33, 'a comma too many'],
    ['{"prompt": "a", response: "b"}', 17, 'a bare field name'],
    ["{'prompt': 1}", 2, 'single quotes'],
    ['{"prompt": "a\tb"}', 14, 'a raw tab in a text'],
    ['{"prompt": "a\\x"}', 14, 'an unknown escape'],
    ['{"prompt": "a\\u12g4"}', 14, 'a short escape'],
    ['{"prompt": "never closed}', 12, 'an open text, at its quote'],
    ['{"prompt": 01}', 13, 'a leading zero'],
    ['{"prompt": .5}', 12, 'a bare fraction'],
    ['{"prompt": NaN}', 12, 'NaN'],
    ['[1, 2', 6, 'an open list'],
    ['{"a": 1} b', 10, 'something after a value'],
  ])('names line and column of the fault in %s', async (line, column) => {
    const parsed = await jsonl(`{"prompt":"ok","response":"ok"}\n${line}\n{"prompt":"ok","response":"also"}`);
    expect(places(parsed.problems)).toEqual([`2:${column} JSON_SYNTAX`]);
    expect(parsed.problems[0]?.text).toBe(line);
    expect(parsed.lines).toEqual([1, 3]);
  });

  it('names the column of the wrong field', async () => {
    const parsed = await jsonl(
      ['{"prompt": "a", "response": 7}', '  {"prompt": "a"}', '[]', '{"prompt":"a","response":"\\ud800"}'].join('\n'),
    );
    expect(places(parsed.problems)).toEqual([
      '1:29 FIELD_NOT_TEXT',
      '2:3 FIELD_MISSING',
      '3:1 ROW_NOT_OBJECT',
      '4:1 JSON_NOT_CANONICAL',
    ]);
    expect(parsed.problems[1]?.message).toBe('The field "response" is missing.');
  });

  it('reads conversations of one turn and says why others are refused', async () => {
    const turn = (role: string) => `{"role":"${role}","content":"${role[0]}"}`;
    const messages = (...roles: string[]) => `{"messages":[${roles.map(turn).join(',')}]}`;
    const parsed = await jsonl(
      [
        messages('user', 'assistant'),
        messages('system', 'user', 'assistant'),
        messages('user'),
        messages('user', 'assistant', 'user', 'assistant'),
        '{"messages":{}}',
        '{"messages":[{"role":"user"}]}',
      ].join('\n'),
    );
    expect(parsed.rows).toEqual([
      { prompt: 'u', response: 'a' },
      { prompt: 'u', response: 'a', system: 's' },
    ]);
    expect(places(parsed.problems)).toEqual([
      '3:13 MESSAGES_ORDER',
      '4:13 MESSAGES_MANY_TURNS',
      '5:13 FIELD_NOT_LIST',
      '6:13 MESSAGE_INVALID',
    ]);
  });

  it('joins instruction and input', async () => {
    const parsed = await jsonl(
      '{"instruction":"Add","input":"1 2","output":"3"}\n{"instruction":"Say hi","input":"","output":"hi"}',
    );
    expect(parsed.rows).toEqual([
      { prompt: 'Add\n\n1 2', response: '3' },
      { prompt: 'Say hi', response: 'hi' },
    ]);
  });

  it('is not stalled or broken by hostile lines', async () => {
    const deep = `{"prompt":"a","response":"b","x":${'['.repeat(200_000)}`;
    const hidden = `{"a":"${']'.repeat(100_000)}","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const brackets = JSON.stringify({ prompt: '['.repeat(50), response: '{'.repeat(50) });
    const large = JSON.stringify({ prompt: 'a', response: 'é'.repeat(40_000) });
    const proto = '{"__proto__":{"x":1},"prompt":"a","response":"b"}';
    const parsed = await jsonl([deep, hidden, brackets, large, proto].join('\n'));
    expect(places(parsed.problems)).toEqual(['1:50 JSON_SYNTAX', '2:100029 JSON_SYNTAX', '4:1 ROW_TOO_LARGE']);
    expect(parsed.problems[1]?.text).toHaveLength(80);
    expect(parsed.rows.map((row) => Object.keys(row))).toEqual([
      ['prompt', 'response'],
      ['__proto__', 'prompt', 'response'],
    ]);
  });

  it('caps the list of problems, not their count', async () => {
    const parsed = await jsonl('x\n'.repeat(1_500));
    expect([parsed.problems.length, parsed.problemCount]).toEqual([1_000, 1_500]);
  });
});

describe('CSV and TSV', () => {
  it('maps by header, reads quotes, line breaks inside them, and other separators', async () => {
    const parsed = await csv('id,Question,Answer\n1,"Say ""hi"", now","two\nlines"\r\n2,b,c\n');
    expect(parsed.rows).toEqual([
      { id: '1', prompt: 'Say "hi", now', response: 'two\nlines' },
      { id: '2', prompt: 'b', response: 'c' },
    ]);
    expect(parsed.lines).toEqual([2, 4]);
    expect(parsed.columns).toEqual(['id', 'Question', 'Answer']);
    expect(parsed.mapping).toEqual({ prompt: 'Question', response: 'Answer' });
    expect((await csv('prompt\tresponse\na,1\tb', 'rows.tsv')).rows).toEqual([{ prompt: 'a,1', response: 'b' }]);
    expect((await csv('prompt;response\na,1;b')).rows).toEqual([{ prompt: 'a,1', response: 'b' }]);
  });

  it('takes a mapping of the person', async () => {
    const request = { text: 'Was,Antwort\na,b', fileName: 'r.csv' };
    expect(places((await parseRows(request)).problems)).toEqual(['1:1 HEADER_UNKNOWN']);
    expect((await parseRows({ ...request, mapping: { prompt: 'Was', response: 'Antwort' } })).rows).toEqual([
      { prompt: 'a', response: 'b' },
    ]);
  });

  it('names line and column of each fault and reads on', async () => {
    const parsed = await csv('prompt,response\na,b,c\nd\n"e"f,g\n"h\n\ni",j\nk,"open\nl,m');
    expect(places(parsed.problems)).toEqual([
      '2:5 COLUMN_COUNT',
      '3:1 COLUMN_COUNT',
      '4:4 QUOTE_INSIDE',
      '8:3 QUOTE_OPEN',
    ]);
    expect(parsed.rows).toEqual([
      { prompt: 'h\n\ni', response: 'j' },
      { prompt: 'l', response: 'm' },
    ]);
    expect(parsed.lines).toEqual([5, 9]);
  });
});

describe('files', () => {
  it('refuses what is not UTF-8, with the place', async () => {
    const blob = new Blob([
      new TextEncoder().encode('{"prompt":"a","response":"b"}\n{"p'),
      new Uint8Array([0xe9, 0x22]),
    ]);
    await expect(parseRows({ blob, fileName: 'latin.jsonl' })).rejects.toMatchObject({
      code: 'FILE_NOT_UTF8',
      facts: { line: 2, column: 4 },
    });
  });

  it('stops when aborted and reports progress', async () => {
    const text = '{"prompt":"a","response":"b"}\n'.repeat(2_000);
    const abort = new AbortController();
    const seen: number[] = [];
    const work = parseRows(
      { text, fileName: 'a.jsonl' },
      { signal: abort.signal, onProgress: ({ done }) => seen.push(done) && seen.length === 2 && abort.abort() },
    );
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual([15_000, 30_000]);
  });
});

describe('what a person is shown', () => {
  const parse = (text: string, fileName = 'a.jsonl', more: object = {}) =>
    parseRows({ blob: new Blob([text]), fileName, ...more });

  it('is the line of a problem, as far as it can be corrected, and its part around the fault', async () => {
    const at = (before: number, after: number): string => `{"prompt":"${'x'.repeat(before)}",!${'y'.repeat(after)}`;
    const shown = async (line: string) => {
      const { problems } = await parse(`{"prompt":"a","response":"b"}\n${line}\n{"prompt":"c","response":"d"}`);
      const [{ line: number, column, firstLine, lastLine, text, source } = {} as never] = problems;
      expect([number, firstLine, lastLine, problems.length]).toEqual([2, 2, 2, 1]);
      return { column, text, source };
    };
    expect(await shown(at(3, 3))).toEqual({ column: 17, text: at(3, 3), source: at(3, 3) });
    const long = at(200, 200);
    expect(await shown(long)).toEqual({ column: 214, text: long.slice(173, 253), source: long });
    const late = at(200, 20);
    expect(await shown(late)).toEqual({ column: 214, text: late.slice(-80), source: late });
    const [most, more] = [at(3_986 - 10, 10), at(3_986 - 9, 10)];
    expect([most.length, (await shown(most)).source, (await shown(more)).source]).toEqual([4_000, most, undefined]);
  });

  it('are words beyond ASCII, each once, to judge the encoding by', async () => {
    const sampleOf = async (text: string) => (await parse(`prompt,response\n${text}\n`, 'a.csv')).sample;
    expect(await sampleOf('plain,words')).toEqual([]);
    expect(await sampleOf('Zürich,Zürich und Genève; été')).toEqual(['Zürich', 'Genève', 'été']);
    expect(await sampleOf('ä c,é í ó ú à')).toEqual(['ä', 'é', 'í', 'ó', 'ú']);
    expect(await sampleOf('5 € – 6,«» 😀')).toEqual([]);
    expect(await sampleOf('日本の首都,東京')).toEqual(['日本の首都', '東京']);
    const word = 'a'.repeat(30);
    expect(await sampleOf(`${word}é${word},b`)).toEqual([`${word.slice(0, 20)}é${word.slice(0, 19)}`]);
    expect(await sampleOf(`x${'é'.repeat(45)},b`)).toEqual([`x${'é'.repeat(20)}`, 'é'.repeat(20), 'é'.repeat(5)]);
  });

  it('are fields that no row carries, and changed numbers, with their count and first place', async () => {
    const message = (extra: string) =>
      `{"messages":[{"role":"user","content":"a"${extra}},{"role":"assistant","content":"b"}],"n":1}`;
    const { notes, rows } = await parse(
      [message(''), message(',"name":"x"'), message(',"name":"y"'), message(',"id":1')].join('\n'),
    );
    expect(rows).toHaveLength(4);
    expect(notes).toEqual([
      { code: 'FIELD_UNUSED', field: 'messages[].name', count: 2, line: 2, column: 13 },
      { code: 'FIELD_UNUSED', field: 'messages[].id', count: 1, line: 4, column: 13 },
    ]);
    const numbers = Array.from({ length: 101 }, (_, index) => `"n${index}":9007199254740993`).join(',');
    const many = await parse(`{"prompt":"a","response":"b",${numbers},"${'k'.repeat(90)}":1e400}`);
    expect([many.notes.length, many.notes[0], many.notes[99]?.field]).toEqual([
      100,
      { code: 'NUMBER_AS_TEXT', field: 'n0', count: 1, line: 1, column: 35 },
      'n99',
    ]);
    const [name] = (await parse(`{"prompt":"a","response":"b","${'k'.repeat(90)}":1e400}`)).notes;
    expect(name?.field).toBe('k'.repeat(80));
  });

  it('are the columns of the first record, and how the lines add up', async () => {
    const { columns, mapping, lineCount, frameLines, lines } = await parse(
      '\n{"question":"a","answer":"b","z":1}\n\n{"prompt":"c","response":"d"}\n\n',
    );
    expect({ columns, mapping, lineCount, frameLines, lines }).toEqual({
      columns: ['question', 'answer', 'z'],
      mapping: { prompt: 'question', response: 'answer' },
      lineCount: 5,
      frameLines: 3,
      lines: [2, 4],
    });
    const wide = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`c${index}`, 0]));
    expect((await parse(JSON.stringify({ prompt: 'a', response: 'b', ...wide }))).columns).toHaveLength(1_000);
  });

  it('is how far reading has come, up to the whole', async () => {
    const line = '{"prompt":"a","response":"b"}\n';
    const seen: { done: number; total: number }[] = [];
    await parseRows(
      { blob: new Blob([line.repeat(1_200)]), fileName: 'a.jsonl' },
      { onProgress: (at) => seen.push(at) },
    );
    const total = 1_200 * line.length;
    expect(seen).toEqual([500, 1_000, 1_200].map((count) => ({ done: count * line.length, total })));
  });
});
