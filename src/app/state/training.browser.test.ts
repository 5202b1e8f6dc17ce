import { afterEach, expect, it } from 'vitest';
import { database, liveQuery } from '../../store/index.ts';
import { toRunRecord } from '../../workflows/training/runRecord.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { writeDraft } from './drafts.ts';
import { createRun, listRuns, type NewRun, resumeLeftRun } from './training.ts';

const { createWritable } = FileSystemFileHandle.prototype;

afterEach(async () => {
  await Promise.all([database().runs.clear(), database().drafts.clear()]);
  FileSystemFileHandle.prototype.createWritable = createWritable;
});

it('a training whose adapter could not be kept is refused before it begins', async () => {
  // As in private windows of Firefox and Safari.
  Reflect.deleteProperty(FileSystemFileHandle.prototype, 'createWritable');
  const run: NewRun = {
    name: 'Tides',
    modelId: 'm',
    sources: [],
    settings: {} as NewRun['settings'],
    prepared: {} as NewRun['prepared'],
  };
  await writeDraft('a draft', {});
  await expect(createRun(run, ['a draft'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(await listRuns()).toEqual([]);
  expect(await database().drafts.count()).toBe(1);
});

it('a draft ends in the same moment in which its run is recorded', async () => {
  await writeDraft('of the run', {});
  await writeDraft('of another room', {});
  const seen = new Set<string>();
  const { runs, drafts } = database();
  const state = (): Promise<string> =>
    database().transaction('r', runs, drafts, async () => `${await runs.count()} runs, ${await drafts.count()} drafts`);
  const subscription = liveQuery(state).subscribe((now) => void seen.add(now));
  await expect.poll(() => seen.size).toBe(1);
  await createRun(
    {
      name: 'Tides',
      modelId: 'm',
      sources: [],
      settings: left.settings,
      prepared: { encoded: [], trained: [], digest: '0' } as never,
    },
    ['of the run'],
  );
  await expect.poll(() => seen.size).toBe(2);
  subscription.unsubscribe();
  expect([...seen]).toEqual(['0 runs, 2 drafts', '1 runs, 1 drafts']);
});

const left: TrainingRun = {
  id: 'left',
  name: 'Tides',
  modelId: 'm',
  modelName: 'm',
  sources: [],
  settings: { rank: 4, alpha: 8, learningRate: 1e-3, epochs: 1, batchSize: 1, seed: 1, maxSteps: 0 },
  rowsDigest: '0',
  rowCount: 1,
  status: 'running',
  totalSteps: 4,
  losses: [],
  tokens: 0,
  milliseconds: 0,
  checkpointStep: 2,
  createdAt: 1,
  updatedAt: 1,
};

/** As a tab does that trains a run: until its end, which leaves the run with this status. */
function trainElsewhere(status: TrainingRun['status']): () => Promise<void> {
  const ended = Promise.withResolvers<void>();
  const held = navigator.locks.request('tributary-run-left', () => ended.promise);
  return async () => {
    await database().runs.put(toRunRecord({ ...left, status }));
    ended.resolve();
    await held;
  };
}

it.each([
  ['running', 'goes on here', ['left']],
  ['cancelled', 'was stopped there and rests', []],
  ['trained', 'has ended and rests', []],
] as const)('a run that another tab leaves %s %s', async (status, _, resumed) => {
  await database().runs.put(toRunRecord(left));
  const end = trainElsewhere(status);
  const found: string[] = [];
  const going = resumeLeftRun('left', new AbortController().signal, ({ id }) => void found.push(id));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(found).toEqual([]);
  await end();
  await going;
  expect(found).toEqual(resumed);
});

it('nobody waits any more for a run whose page was left', async () => {
  await database().runs.put(toRunRecord(left));
  const end = trainElsewhere('running');
  const abort = new AbortController();
  const found: string[] = [];
  const going = resumeLeftRun('left', abort.signal, ({ id }) => void found.push(id));
  abort.abort();
  await expect(going).rejects.toMatchObject({ name: 'AbortError' });
  await end();
  expect(found).toEqual([]);
});
