// The worker as the app starts it: a real file through real messages.
import { expect, it } from 'vitest';
import type { IngestService, Progress } from '../src/datanet/index.ts';
import { connect } from '../src/lib/rpc.ts';

it('parses and checks a file in its worker, and stops when told to', async () => {
  const worker = new Worker(new URL('./ingest.ts', import.meta.url), { type: 'module' });
  const ingest = connect<IngestService>(worker);
  const lines = Array.from({ length: 2_000 }, (_, index) =>
    JSON.stringify({ prompt: `Question ${index}?`, response: 'yes' }),
  );
  const blob = new Blob([[...lines, lines[0], '{"prompt": "a"', ''].join('\n')]);
  const seen: Progress[] = [];
  const parsed = await ingest.parse(
    { blob, fileName: 'rows.jsonl' },
    { onProgress: (progress: Progress) => seen.push(progress) },
  );
  expect(parsed.rows).toHaveLength(2_001);
  expect(parsed.problems.map(({ line, column, code }) => [line, column, code])).toEqual([[2_002, 15, 'JSON_SYNTAX']]);
  expect(seen.length).toBeGreaterThan(2);
  const checked = await ingest.check({ rows: parsed.rows, existing: new Set() });
  expect(checked.findings.map(({ row, code, duplicateOf }) => [row, code, duplicateOf])).toEqual([
    [2_000, 'DUPLICATE_IN_FILE', 0],
  ]);

  await expect(ingest.check({ rows: [{ prompt: 'a' }] } as never)).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
    facts: { field: 'rows[0].response' },
  });

  const abort = new AbortController();
  // So much that it cannot end before the message that stops it arrives.
  const large = new Blob(Array.from({ length: 100 }, () => blob));
  const aborted = ingest.parse(
    { blob: large, fileName: 'rows.jsonl' },
    { signal: abort.signal, onProgress: () => abort.abort() },
  );
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  worker.terminate();
});

it('reads gzip of several members, of which browsers unpack only one', async () => {
  const worker = new Worker(new URL('./ingest.ts', import.meta.url), { type: 'module' });
  const ingest = connect<IngestService>(worker);
  const packed = (text: string): Promise<Blob> =>
    new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
  const members = ['prompt,response\na,b\n', '', 'c,d\n'];
  const blob = new Blob(await Promise.all(members.map(packed)));
  const { rows, problems } = await ingest.parse({ blob, fileName: 'rows.csv.gz' });
  expect([rows, problems]).toEqual([
    [
      { prompt: 'a', response: 'b' },
      { prompt: 'c', response: 'd' },
    ],
    [],
  ]);
  await expect(ingest.parse({ blob: blob.slice(0, -1), fileName: 'rows.csv.gz' })).rejects.toMatchObject({
    code: 'FILE_DAMAGED',
  });
  worker.terminate();
});
