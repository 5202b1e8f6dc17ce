import { expect, test } from 'vitest';
import type { GiveTextsRequest, IndexSummary } from '../../attribution/index.ts';
import { createIndexOpener, type IndexOpenerPorts } from './createIndexOpener.ts';

interface Adapter {
  readonly id: string;
}

const rowCount = 450;
const rows = Array.from({ length: rowCount }, (_, row) => JSON.stringify({ prompt: `p${row}`, response: `r${row}` }));

function setUp(change: Partial<IndexOpenerPorts<Adapter>> = {}) {
  const calls: string[] = [];
  const requests: GiveTextsRequest[] = [];
  const moved: unknown[] = [];
  const ports: IndexOpenerPorts<Adapter> = {
    attribution: {
      async open(request, options) {
        calls.push(`open ${request.id}`);
        moved.push([request.index.buffer, request.rows, options?.transfer]);
        return { id: request.id } as IndexSummary;
      },
      async giveTexts(request) {
        requests.push(request);
        return { id: request.id } as IndexSummary;
      },
      close: async ({ id }) => void calls.push(`close ${id}`),
    },
    adapterBytes: async (_, name) => new TextEncoder().encode(name === 'rows.jsonl' ? `${rows.join('\n')}\n` : 'index'),
    async encodeRows({ id }, texts) {
      calls.push(`encode ${texts.length} of ${id}`);
      return texts.map(({ response }) => ({ inputIds: [7, 8, Number(response.slice(1)), 0], promptLength: 2 }));
    },
  };
  const opener = createIndexOpener(Object.defineProperties(ports, Object.getOwnPropertyDescriptors(change)));
  const opened = async (id: string): Promise<void> => void (await opener.open({ id }));
  return { opener, opened, calls, requests, moved };
}

test('rows are encoded in pieces, and keep their text and their tokens without the end token', async () => {
  const { opener, calls, requests, moved } = setUp();
  expect(await opener.open({ id: 'a' })).toStrictEqual({ id: 'a' });
  // Opened without waiting for the model that encodes.
  expect(calls.toSorted()).toStrictEqual(['encode 200 of a', 'encode 200 of a', 'encode 50 of a', 'open a']);
  expect(requests[0]?.rows).toHaveLength(rowCount);
  // The index is moved to the worker: it has megabytes.
  expect(moved).toStrictEqual([[expect.any(ArrayBuffer), [], [expect.any(ArrayBuffer)]]]);
  expect(requests[0]?.rows[449]).toStrictEqual({ prompt: 'p449', response: 'r449', responseIds: [449] });
});

test('the worker is not asked for before an index is opened', () => {
  setUp({
    get attribution(): never {
      throw new Error('too early');
    },
  });
});

test('the two indexes used last stay open', async () => {
  const { opened, calls } = setUp({
    encodeRows: async (_, texts) => texts.map(() => ({ inputIds: [], promptLength: 0 })),
  });
  for (const id of ['a', 'b', 'a', 'c', 'a', 'c']) await opened(id);
  expect(calls.toSorted()).toStrictEqual(['close b', 'open a', 'open b', 'open c']);
  await opened('b');
  expect(calls.slice(4).toSorted()).toStrictEqual(['close a', 'open b']);
});

test('one that is put out while it opens is closed once it is open, unless it was asked for again', async () => {
  const held = new Map<string, (summary: IndexSummary) => void>();
  const calls: string[] = [];
  const { opener } = setUp({
    attribution: {
      open: ({ id }) => new Promise((resolve) => void held.set(id, resolve)),
      giveTexts: async ({ id }) => ({ id }) as IndexSummary,
      close: async ({ id }) => void calls.push(`close ${id}`),
    },
  });
  const tick = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));
  const waiting = ['a', 'b', 'c'].map((id) => opener.open({ id }));
  await tick();
  expect(calls).toStrictEqual([]);
  const first = held.get('a');
  waiting.push(opener.open({ id: 'a' }));
  await tick();
  first?.({ id: 'a' } as IndexSummary);
  await tick();
  // b was put out by the second a, and still opens.
  expect(calls).toStrictEqual([]);
  for (const [id, resolve] of held) resolve({ id } as IndexSummary);
  await Promise.all(waiting);
  await tick();
  expect(calls).toStrictEqual(['close b']);
});

test('a failure is told to who waits, leaves nothing open without its texts, and is tried again by the next', async () => {
  let failures = 1;
  const { opened, calls, requests } = setUp({
    async encodeRows() {
      if (failures-- > 0) throw new Error('no model');
      return [];
    },
  });
  await expect(opened('a')).rejects.toThrow('no model');
  await opened('a');
  // A row of which the tokens are not known has none, and keeps its text.
  expect(requests[0]?.rows[7]).toStrictEqual({ prompt: 'p7', response: 'r7', responseIds: [] });
  expect(calls).toStrictEqual(['open a', 'close a', 'open a']);
});

test('a signal ends the waiting, not the opening', async () => {
  const { opener, calls } = setUp();
  const abort = new AbortController();
  const waiting = opener.open({ id: 'a' }, abort.signal);
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await opener.open({ id: 'a' });
  expect(calls.filter((call) => call === 'open a')).toHaveLength(1);
});

test.each(['{"prompt":"p"}', '{"prompt":"p","response":7}', '{"prompt":"p', 'null', '7', '[]'])(
  'the line %s of a stranger is refused by its number',
  async (line) => {
    const { opened } = setUp({
      adapterBytes: async () => new TextEncoder().encode(`{"prompt":"p","response":"r"}\n \t\n${line}\n`),
    });
    await expect(opened('a')).rejects.toMatchObject({
      code: 'ATTRIBUTION_ROWS_INVALID',
      facts: { adapter: 'a', line: 3 },
    });
  },
);
