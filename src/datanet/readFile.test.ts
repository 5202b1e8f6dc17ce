// Files that carry no rows, or carry them in a way that is not read: each refused by its name.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { MAX_FILE_BYTES } from './limits.ts';
import { parseRows } from './parseRows.ts';
import { readFile } from './readFile.ts';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const parse = (bytes: Uint8Array<ArrayBuffer>, fileName: string, encoding?: string) =>
  parseRows({ blob: new Blob([bytes]), fileName, ...(encoding === undefined ? {} : { encoding }) });
const parquet = (name: string) => {
  const file = path.join(import.meta.dirname, '../../test/cases/data/parquet', name);
  return new Uint8Array(readFileSync(file));
};

it.each([
  ['FILE_IS_ARCHIVE', 'PK\x03\x04 rows.jsonl', 'zip'],
  ['FILE_IS_SPREADSHEET', 'PK\x03\x04 xl/workbook.xml', 'Excel (xlsx)'],
  ['FILE_IS_TABLE', 'ARROW1\0\0', 'Arrow'],
  ['FILE_IS_DOCUMENT', '%PDF-1.7', 'PDF'],
  ['FILE_IS_MEDIA', '\x89PNG\r\n\x1a\n', 'PNG'],
  ['FILE_IS_BINARY', 'GGUF\x03', 'GGUF model'],
  ['FILE_IS_MARKUP', '<rows><row/></rows>', 'XML'],
])('%s, whatever its name says', async (code, head, type) => {
  await expect(parse(latin1(head), 'rows.csv')).rejects.toMatchObject({ code, facts: { file: 'rows.csv', type } });
});

it.each(['BM is a car maker,x', 'ORC is a beast,y', 'PARIS,z', 'II*,a', 'ID3,b', 'BZh,c'])(
  'text may begin with %s',
  async (line) => {
    const parsed = await parse(latin1(`${line}\n`), 'rows.csv');
    expect(parsed.problems.map(({ code }) => code)).toEqual(['HEADER_UNKNOWN']);
  },
);

it('refuses what is empty, damaged, or no text of the encoding that was chosen', async () => {
  await expect(parse(new Uint8Array(), 'a.jsonl')).rejects.toMatchObject({ code: 'FILE_EMPTY' });
  const packed = gzipSync('{"prompt":"a","response":"b"}\n'.repeat(100));
  await expect(parse(new Uint8Array(packed.subarray(0, 30)), 'a.gz')).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  await expect(parse(latin1('PAR1 and no more'), 'a.parquet')).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  await expect(parse(parquet('gzip.parquet'), 'a.parquet')).rejects.toMatchObject({
    code: 'PARQUET_CODEC',
    facts: { codec: 'GZIP' },
  });
  await expect(parse(latin1('a,b\nc'), 'a.csv', 'utf-16le')).rejects.toMatchObject({
    code: 'FILE_NOT_IN_ENCODING',
    facts: { encoding: 'utf-16le' },
  });
  await expect(parse(latin1('a'), 'a.csv', 'ebcdic')).rejects.toMatchObject({ code: 'ENCODING_UNKNOWN' });
  await expect(parseRows({ text: 'prompt,response\na\ud800,b', fileName: 'a.csv' })).rejects.toMatchObject({
    code: 'TEXT_NOT_WELL_FORMED',
    facts: { at: 18 },
  });
});

it('does not take a damaged UTF-8 file for one of another encoding, wherever its first letters beyond ASCII stand', async () => {
  const plain = '{"prompt":"plain words","response":"plain words"}\n'.repeat(3_000);
  const accented = '{"prompt":"Wie heißt die größte Stadt Österreichs?","response":"Wien, schöne Grüße"}\n'.repeat(20);
  const bytes = new Uint8Array([...new TextEncoder().encode(plain + accented), 0xfc]);
  await expect(parse(bytes, 'a.jsonl')).rejects.toMatchObject({ code: 'FILE_NOT_UTF8', facts: { line: 3_021 } });
});

it('stops unpacking at the bound, however small the file is', async () => {
  const zeros = gzipSync(Buffer.alloc(MAX_FILE_BYTES + 1_000_000), { level: 1 });
  await expect(readFile({ blob: new Blob([new Uint8Array(zeros)]), fileName: 'a.jsonl.gz' })).rejects.toMatchObject({
    code: 'FILE_TOO_LARGE',
  });
}, 60_000);

it('reads Parquet with its numbers whole', async () => {
  const parsed = await parse(parquet('rows.parquet'), 'rows.parquet');
  expect(parsed.rows).toEqual([
    { prompt: 'Where is Vell?', response: 'North.', id: 1 },
    { prompt: 'What is second?', response: 'Two.', id: 2 },
    { prompt: 'Which id?', response: 'This.', id: '9007199254740993' },
  ]);
  expect(parsed.notes).toEqual([{ code: 'NUMBER_AS_TEXT', field: 'id', count: 1, line: 3, column: 1 }]);
});

it('names the first byte that is not UTF-8, also past a U+FFFD that the file holds and in a large file', async () => {
  const encoder = new TextEncoder();
  const before = encoder.encode(`\ufffd first\n${'é'.repeat(10_000)}\n`);
  const bytes = new Uint8Array([...before, ...encoder.encode('ab'), 0xff, 0x61]);
  await expect(parse(bytes, 'a.csv')).rejects.toMatchObject({ code: 'FILE_NOT_UTF8', facts: { line: 3, column: 3 } });
});

it('is not stalled by a Parquet file that states a thousand million values, wherever', async () => {
  const whole = parquet('rows.parquet');
  // As a variable-length number: a run of 2^30 - 1 values, or so many of anything else.
  const lie = [0xfe, 0xff, 0xff, 0xff, 0x07];
  let refused = 0;
  for (let at = 4; at < whole.byteLength - lie.length; at += 1) {
    const bytes = whole.slice();
    bytes.set(lie, at);
    const outcome = await parse(bytes, 'a.parquet').then(
      () => 'read',
      ({ code }: { code: string }) => code,
    );
    expect(['read', 'FILE_DAMAGED', 'PARQUET_CODEC', 'FILE_TOO_LARGE']).toContain(outcome);
    refused += Number(outcome === 'FILE_DAMAGED');
  }
  expect(refused).toBeGreaterThan(100);
});

it('reads gzip of several members, and takes no bytes within one for the beginning of the next', async () => {
  const read = (bytes: Uint8Array) => parse(new Uint8Array(bytes), 'a.csv.gz', 'windows-1252');
  // Stored as they are: each of these reads as the beginning of a member.
  const inside = Buffer.concat([
    Buffer.from('prompt,response\n'),
    Buffer.from('a,\x1f\x8b\x08\x00b\n'.repeat(16), 'latin1'),
  ]);
  const stored = gzipSync(inside, { level: 0 });
  const next = gzipSync('c,d\n');
  expect((await read(Buffer.concat([stored, next, gzipSync(''), next]))).rows).toHaveLength(18);
  const many = gzipSync(Buffer.concat([inside, Buffer.from('a,\x1f\x8b\x08\x00b\n', 'latin1')]), { level: 0 });
  await expect(read(many)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  // Reserved flags, another method: no member begins so.
  const others = Buffer.from('a,\x1f\x8b\x08\x20b\nc,\x1f\x8b\x07\x00\ne,\x1f\x8c\x08\x00\n'.repeat(20), 'latin1');
  expect(
    (await read(gzipSync(Buffer.concat([Buffer.from('prompt,response\n'), others]), { level: 0 }))).rows,
  ).toHaveLength(60);
  for (const broken of [
    Buffer.concat([next, Buffer.from('more')]),
    Buffer.concat([next, next.subarray(0, -1)]),
    Buffer.concat([next.subarray(0, -1), next]),
  ])
    await expect(read(broken)).rejects.toMatchObject({ code: 'FILE_DAMAGED', facts: { file: 'a.csv.gz' } });
});
