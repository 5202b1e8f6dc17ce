import { describe, expect, test } from 'vitest';
import { createAttributionService } from '../../attribution/index.ts';
import type { EncodedRow } from '../../engine/index.ts';
import type { AdapterRecord } from '../../store/index.ts';
import type { SourceRow } from '../rows/rowSource.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { createPreparation } from '../training/prepareTraining.ts';
import { rowsDigest } from '../training/rowsDigest.ts';
import { splitHoldout } from '../training/splitHoldout.ts';
import type { TrainingRun } from '../training/trainingRun.ts';
import { presetSettings } from '../training/trainingSettings.ts';
import { type IndexProgress, type IndexTrainedAdapterPorts, indexTrainedAdapter } from './indexTrainedAdapter.ts';

const attribution = createAttributionService();
const context = { signal: new AbortController().signal, progress: () => undefined };
const rows: SourceRow[] = Array.from({ length: 60 }, (_, position) => ({
  datanetId: 'towns',
  contribution: 'bafy',
  position,
  account: `0x${'a'.repeat(40)}`,
  row: { prompt: `Where is town ${position}?`, response: `On island ${position}.` },
  rowHash: String(position).padStart(64, '0'),
}));
const encode = ({ prompt }: { readonly prompt: string }): EncodedRow => ({
  inputIds: [Number(/\d+/.exec(prompt)?.[0])],
  promptLength: 0,
});
const settings = presetSettings('balanced', 256);
const { trained, placebo } = splitHoldout(rows, settings.seed);
const run = {
  id: 'run-1',
  modelId: 'seedling',
  sources: [{ datanetId: 'towns', source: 'bafy', rowCount: 60 }],
  settings,
  adapterId: 'trained-run-1',
  rowsDigest: await rowsDigest(trained.map(({ row }) => encode(row))),
} as unknown as TrainingRun;

/** `abortAfter`: gradients after which the person stops the build. */
function world({ source = rows }: { readonly source?: readonly SourceRow[] } = {}) {
  const controller = new AbortController();
  const checkpoints = new Map<string, Uint8Array<ArrayBuffer>>();
  const saved: { id: string; files: Readonly<Record<string, Uint8Array>> }[] = [];
  const gradients: number[] = [];
  let abortAfter = Number.POSITIVE_INFINITY;
  let adapter: AdapterRecord | undefined = {
    id: 'trained-run-1',
    name: 'Towns',
    modelId: 'seedling',
    datanetIds: ['towns'],
    createdAt: 0,
    files: [{ name: 'adapter_model.safetensors', bytes: 1, sha256: 'f'.repeat(64) }],
    data: { runId: 'run-1' },
  };
  const engine = answeringLate({
    encodeRows: async ({ rows: texts }: { readonly rows: readonly { readonly prompt: string }[] }) => texts.map(encode),
    async rowGradient({ row }: { readonly row: EncodedRow }) {
      controller.signal.throwIfAborted();
      const [id = 0] = row.inputIds;
      gradients.push(id);
      if (gradients.length === abortAfter) controller.abort();
      return Float32Array.from({ length: 32 }, (_, at) => Math.sin(1 + id * 32 + at));
    },
  });
  const ports = answeringLate<IndexTrainedAdapterPorts>({
    readAdapter: async (id) => (id === adapter?.id ? adapter : undefined),
    async addAdapterFiles(id, files) {
      if (id !== adapter?.id) return false;
      saved.push({ id, files });
      return true;
    },
    prepare: createPreparation({
      loadModel: async () => ({}) as never,
      collectRows: async () => ({ rows: source, duplicates: 0 }),
      engine: () => engine as never,
    }),
    findAdapter: async (id) => (id === adapter?.id ? ({ id } as never) : undefined),
    loadAdapter: async () => undefined,
    engine: () => engine as never,
    attribution: () => ({
      sketch: ({ gradient }) => attribution.sketch({ gradient, size: 16 }, context),
      buildIndex: (request) => attribution.buildIndex(request, context),
    }),
    saveCheckpoint: async (id, _, bytes) => void checkpoints.set(id, bytes),
    latestCheckpoint: async (id) => {
      const bytes = checkpoints.get(id);
      return bytes === undefined ? undefined : { bytes };
    },
    deleteCheckpoints: async (id) => void checkpoints.delete(id),
  });
  const progress: IndexProgress[] = [];
  return {
    checkpoints,
    saved,
    gradients,
    progress,
    ports,
    stopAfter: (count: number) => {
      abortAfter = count;
    },
    deleteAdapter: () => {
      adapter = undefined;
    },
    build: () =>
      indexTrainedAdapter({ run, signal: controller.signal, onProgress: (next) => void progress.push(next) }, ports),
  };
}

describe('indexTrainedAdapter', () => {
  test('adds index and rows to the files of the adapter, and nothing else: its weights are not written again', async () => {
    const { build, saved, gradients, checkpoints, progress } = world();
    await build();
    const [{ id, files } = {}] = saved as [(typeof saved)[0]?];
    expect(id).toBe('trained-run-1');
    expect(Object.keys(files ?? {})).toEqual(['index.cbor', 'rows.jsonl']);
    const lines = new TextDecoder().decode(files?.['rows.jsonl']).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toStrictEqual(trained.map(({ row }) => row));
    const summary = await attribution.open(
      { id: 'built', index: files?.['index.cbor'] as Uint8Array, rows: [] },
      context,
    );
    expect(summary).toMatchObject({ rowCount: 57, placeboCount: 3, adapterHash: 'f'.repeat(64) });
    expect(gradients).toStrictEqual([...trained, ...placebo].map(({ position }) => position));
    expect(checkpoints.size).toBe(0);
    expect([...new Set(progress.map(({ stage }) => stage))]).toStrictEqual([
      'model',
      'rows',
      'tokens',
      'gradients',
      'index',
    ]);
    // How far these are is not known.
    expect(progress.slice(0, 3)).toStrictEqual(
      ['model', 'rows', 'tokens'].map((stage) => ({ stage, done: 0, total: 0 })),
    );
    expect(progress.at(3)).toStrictEqual({ stage: 'gradients', done: 0, total: 60 });
    expect(progress.at(-1)).toStrictEqual({ stage: 'index', done: 0, total: 0 });
  });

  test('goes on from the sketches of a build that was stopped, to the same files', async () => {
    const stopped = world();
    stopped.stopAfter(20);
    await expect(stopped.build()).rejects.toMatchObject({ name: 'AbortError' });
    expect(stopped.saved).toStrictEqual([]);
    expect([...stopped.checkpoints.keys()]).toStrictEqual(['run-1-index']);

    const resumed = world();
    resumed.checkpoints.set('run-1-index', stopped.checkpoints.get('run-1-index') as Uint8Array<ArrayBuffer>);
    await resumed.build();
    expect(resumed.gradients.length).toBe(60 - 20);
    const whole = world();
    await whole.build();
    expect(resumed.saved).toStrictEqual(whole.saved);
    expect(resumed.checkpoints.size).toBe(0);
  });

  test('is refused when the adapter was deleted', async () => {
    const { build, deleteAdapter } = world();
    deleteAdapter();
    await expect(build()).rejects.toMatchObject({ code: 'INDEX_NO_ADAPTER' });
  });

  test('is refused when the adapter is deleted while it is built, and its sketches stay for another try', async () => {
    const { build, ports, checkpoints, deleteAdapter } = world();
    const { sketch, buildIndex } = ports.attribution();
    Object.assign(ports, {
      attribution: () => ({
        sketch,
        buildIndex(request: Parameters<typeof buildIndex>[0]) {
          deleteAdapter();
          return buildIndex(request);
        },
      }),
    });
    await expect(build()).rejects.toMatchObject({ code: 'INDEX_NO_ADAPTER' });
    expect(checkpoints.size).toBe(1);
  });

  test('is refused when the rows are not those that were trained on: the index would pay others', async () => {
    const { build, saved, gradients } = world({ source: rows.slice(1) });
    await expect(build()).rejects.toMatchObject({ code: 'RUN_ROWS_CHANGED' });
    expect([saved.length, gradients.length]).toStrictEqual([0, 0]);
  });
});
