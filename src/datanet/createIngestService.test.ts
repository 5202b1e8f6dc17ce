import { expect, it } from 'vitest';
import type { CallContext } from '../lib/rpc.ts';
import { createIngestService } from './createIngestService.ts';
import type { IngestService } from './types.ts';

const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
const row = { prompt: 'Who?', response: 'Ysolde, of course.', year: 1901 };
const text = '{"prompt": "Who?", "response": "Ysolde, of course."}\n';

it('reads a file of either form and checks rows with whatever fields they have', async () => {
  const service = createIngestService();
  const parse = { fileName: 'a.jsonl', corrections: [[1, text.trim()]] as const };
  expect((await service.parse({ ...parse, text: '{"prompt": 1}\n' }, context)).rows).toHaveLength(1);
  const blob = new Blob([text]);
  const read = await service.read({ fileName: 'a.jsonl', blob, encoding: 'utf-8', existing: new Set() }, context);
  expect([read.parsed.rows.length, read.checked.accepted]).toEqual([1, [0]]);
  const known = { existing: new Set<string>(), existingLookAlikes: new Set<string>() };
  expect((await service.check({ rows: [row], ...known }, context)).accepted).toEqual([0]);
  const mapping = { prompt: 'q', response: 'a' };
  const table = await service.parse({ fileName: 'a.csv', text: 'q,a,b\n1,2,3\n', mapping }, context);
  expect(table.rows).toEqual([{ prompt: '1', response: '2', b: '3' }]);
});

it.each<[keyof IngestService, unknown, string]>([
  ['parse', undefined, ''],
  ['parse', { fileName: 'a.jsonl' }, ''],
  ['parse', { fileName: 'a.jsonl', text, blob: new Blob([text]) }, ''],
  ['parse', { text }, 'fileName'],
  ['parse', { fileName: 'a.jsonl', text: 7 }, 'text'],
  ['parse', { fileName: 'a.jsonl', blob: { size: 1 } }, 'blob'],
  ['parse', { fileName: 'a.jsonl', text, mapping: { prompt: 'a' } }, 'mapping.response'],
  ['parse', { fileName: 'a.jsonl', text, encoding: 8 }, 'encoding'],
  ['parse', { fileName: 'a.jsonl', text, corrections: [[0, 'a']] }, 'corrections[0][0]'],
  ['parse', { fileName: 'a.jsonl', text, existing: new Set() }, 'existing'],
  ['read', { fileName: 'a.jsonl', text, existing: ['a'] }, 'existing'],
  ['read', { fileName: 'a.jsonl', text, existingLookAlikes: new Set([1]) }, 'existingLookAlikes'],
  ['read', { fileName: 'a.jsonl' }, ''],
  ['check', { rows: 'rows' }, 'rows'],
  ['check', { rows: [row, { prompt: 'a' }] }, 'rows[1].response'],
  ['check', { rows: [null] }, 'rows[0]'],
])('refuses %s of %j, naming the field', async (method, request, field) => {
  await expect(createIngestService()[method](request as never, context)).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
    facts: { method, field },
  });
});
