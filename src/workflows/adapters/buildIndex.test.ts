import { describe, expect, test } from 'vitest';
import {
  type BuildIndexRequest,
  createAttributionService,
  type IndexRow,
  type Sketch,
} from '../../attribution/index.ts';
import { contentKey } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { type BuildIndexPorts, buildIndex, type IndexableRow } from './buildIndex.ts';

const parameterCount = 32;
const context = { signal: new AbortController().signal, progress: () => undefined };

/** A trained row is followed by one that was held out. */
function indexable(count: number): IndexableRow[] {
  return Array.from({ length: count }, (_, index) => ({
    row: {
      datanetId: 'towns',
      contribution: 'bafy',
      position: index,
      account: `0x${String(index % 3).repeat(40)}`,
      row: { prompt: `What is fact ${index}?`, response: `Fact ${index}.` },
      rowHash: '',
    },
    encoded: { inputIds: [index], promptLength: 0 },
    placebo: index % 4 === 3,
  }));
}

/** Gradients that depend on the row alone; `failAt`: the row whose gradient fails. */
function world({ failAt, saved }: { readonly failAt?: number; readonly saved?: Uint8Array } = {}) {
  const attribution = createAttributionService();
  const computed: number[] = [];
  const partials: number[] = [];
  const requests: BuildIndexRequest[] = [];
  let partial = saved;
  const ports = answeringLate<BuildIndexPorts>({
    async *gradients(rows) {
      for (const { inputIds } of rows) {
        const [row = 0] = inputIds;
        if (row === failAt) throw new TributaryError({ code: 'DEVICE_LOST', message: 'Lost.', hint: 'Load again.' });
        computed.push(row);
        yield Float32Array.from({ length: parameterCount }, (_, at) => Math.sin(1 + row * parameterCount + at));
      }
    },
    sketch: (gradient): Promise<Sketch> => attribution.sketch({ gradient, size: 16 }, context),
    async buildIndex(request) {
      requests.push(request);
      return attribution.buildIndex(request, context);
    },
    latestPartial: async () => partial,
    async savePartial(rowCount, bytes) {
      partials.push(rowCount);
      partial = bytes;
    },
  });
  return { ports, computed, partials, requests, partial: () => partial };
}

const { signal } = context;
const rows = indexable(120);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('buildIndex', () => {
  test('gives every row with its owner, its content and whether it was held out, in order', async () => {
    const { ports, requests } = world();
    await buildIndex({ rows, adapterHash: 'f'.repeat(64), signal }, ports);
    const [request] = requests;
    expect(request).toMatchObject({ parameterCount, adapterHash: 'f'.repeat(64) });
    expect(request?.rows.map(({ position }) => position)).toStrictEqual(range(0, 120));
    const last: Partial<IndexRow> = { ...request?.rows.at(-1) };
    expect(last).toStrictEqual({
      sketch: expect.anything(),
      prompt: 'What is fact 119?',
      response: 'Fact 119.',
      account: `0x${'2'.repeat(40)}`,
      contribution: 'bafy',
      position: 119,
      contentKey: contentKey({ prompt: 'What is fact 119?', response: 'Fact 119.' }),
      placebo: true,
    });
    expect(request?.rows.filter(({ placebo }) => placebo).length).toBe(30);
  });

  test('goes on after a failure where it was, and makes the same bytes as in one go', async () => {
    const whole = await buildIndex({ rows, signal }, world().ports);
    const first = world({ failAt: 73 });
    await expect(buildIndex({ rows, signal }, first.ports)).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    expect(first.partials).toStrictEqual([50, 73]);
    const second = world({ saved: first.partial() as Uint8Array });
    expect(await buildIndex({ rows, signal }, second.ports)).toStrictEqual(whole);
    expect(second.computed).toStrictEqual(range(73, 120));
  });

  test('ends when its sketches cannot be saved', async () => {
    const { ports, requests, computed } = world();
    const full = { ...ports, savePartial: () => Promise.reject(new Error('full')) };
    await expect(buildIndex({ rows, signal }, full)).rejects.toThrow('full');
    expect([requests.length, computed.length]).toStrictEqual([0, 50]);
  });

  test('computes no gradient when all sketches are there', async () => {
    const first = world({ failAt: 119 });
    await expect(buildIndex({ rows, signal }, first.ports)).rejects.toThrow();
    const second = world({ saved: first.partial() as Uint8Array });
    const said: number[] = [];
    const onRow = (done: number): void => void said.push(done);
    await buildIndex({ rows: rows.slice(0, 119), signal, onRow }, second.ports);
    expect(second.computed).toStrictEqual([]);
    expect(said).toStrictEqual([]);
    expect(second.requests[0]?.parameterCount).toBe(parameterCount);
    const last = world({ saved: first.partial() as Uint8Array });
    await buildIndex({ rows, signal, onRow }, last.ports);
    expect(last.computed).toStrictEqual([119]);
    expect(said).toStrictEqual([119]);
  });

  test('reports each row before its gradient and then the index', async () => {
    const said: (number | 'index')[] = [];
    await buildIndex(
      {
        rows: indexable(3),
        signal,
        onRow: (done) => void said.push(done),
        onIndex: () => void said.push('index'),
      },
      world().ports,
    );
    expect(said).toStrictEqual([0, 1, 2, 'index']);
  });
});
