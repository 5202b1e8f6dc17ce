import { expect, test } from 'vitest';
import type { EncodedRow } from '../../engine/index.ts';
import type { RowSource, SourceRow } from '../rows/rowSource.ts';
import { createPreparation } from './prepareTraining.ts';
import { rowsDigest } from './rowsDigest.ts';
import { splitHoldout } from './splitHoldout.ts';

const rows: SourceRow[] = Array.from({ length: 40 }, (_, position) => ({
  datanetId: 'towns',
  contribution: 'bafy',
  position,
  account: '0x',
  row: { prompt: `Where is town ${position}?`, response: `On island ${position}.`, note: 'left out' },
  rowHash: String(position).padStart(64, '0'),
}));
const encode = ({ prompt }: { readonly prompt: string }): EncodedRow => ({
  inputIds: [prompt.length],
  promptLength: 0,
});
const subject = { modelId: 'seedling', sources: [{ datanetId: 'towns', source: 'bafy' }], seed: 7 };

function world(found: readonly SourceRow[] = rows) {
  const collected: (readonly RowSource[])[] = [];
  const loaded: string[] = [];
  const stages: string[] = [];
  const asked: unknown[] = [];
  const prepare = createPreparation({
    async loadModel(modelId) {
      loaded.push(modelId);
      return { hiddenSize: 256 } as never;
    },
    async collectRows(sources) {
      collected.push(sources);
      return { rows: found, duplicates: 2 };
    },
    engine: () =>
      ({
        async encodeRows(request: { readonly rows: readonly { readonly prompt: string }[] }) {
          asked.push(...request.rows);
          return request.rows.map(encode);
        },
      }) as never,
  });
  const { signal } = new AbortController();
  return {
    collected,
    loaded,
    stages,
    asked,
    prepare: (changed: Partial<typeof subject> = {}) =>
      prepare({ ...subject, ...changed }, { signal, onStage: (stage) => void stages.push(stage) }),
  };
}

test('loads the base, holds rows out by the seed and encodes the others, by prompt and response alone', async () => {
  const { prepare, stages, asked } = world();
  const prepared = await prepare();
  const { trained, placebo } = splitHoldout(rows, 7);
  expect(prepared).toMatchObject({ trained, placebo, duplicates: 2, summary: { hiddenSize: 256 } });
  expect([trained.length, placebo.length]).toStrictEqual([38, 2]);
  expect(prepared.encoded).toStrictEqual(trained.map(({ row }) => encode(row)));
  expect(prepared.digest).toBe(await rowsDigest(prepared.encoded));
  expect(asked[0]).toStrictEqual({ prompt: trained[0]?.row.prompt, response: trained[0]?.row.response });
  expect(stages).toStrictEqual(['model', 'rows', 'tokens']);
});

test('reads the rows of the same subject once, but loads its base each time: another room may have loaded another', async () => {
  const { prepare, collected, loaded } = world();
  const first = await prepare();
  expect(await prepare()).toBe(first);
  expect([collected.length, loaded.length]).toStrictEqual([1, 2]);
  await prepare({ seed: 8 });
  await prepare({ sources: [{ datanetId: 'towns', source: 'sample:towns' }] });
  await prepare({ modelId: 'another' });
  expect(collected).toHaveLength(4);
});

test('refuses to train on nothing, naming the sources', async () => {
  await expect(world([]).prepare()).rejects.toMatchObject({
    code: 'TRAINING_NO_ROWS',
    facts: { sources: ['bafy'] },
  });
});
