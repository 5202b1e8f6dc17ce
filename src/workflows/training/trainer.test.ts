import { describe, expect, test } from 'vitest';
import type { EncodedRow, TrainEvent, TrainRequest } from '../../engine/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { AdapterRecord } from '../../store/index.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import type { PreparedTraining } from './prepareTraining.ts';
import { rowsDigest } from './rowsDigest.ts';
import { createTrainer, type LiveRun, type TrainerPorts } from './trainer.ts';
import type { TrainingRun } from './trainingRun.ts';
import { presetSettings } from './trainingSettings.ts';

const encoded: EncodedRow[] = Array.from({ length: 16 }, (_, index) => ({ inputIds: [1, 2, index], promptLength: 2 }));
const settings = { ...presetSettings('quick', 256), batchSize: 8, maxSteps: 0 };
const prepared = {
  trained: encoded.map(() => ({})),
  placebo: [],
  encoded,
  digest: await rowsDigest(encoded),
  duplicates: 0,
} as unknown as PreparedTraining;
const chosen = {
  name: 'Towns',
  modelId: 'seedling',
  modelName: 'Seedling',
  sources: [
    { datanetId: 'towns', source: 'one', rowCount: 8 },
    { datanetId: 'towns', source: 'two', rowCount: 8 },
  ],
  settings,
  prepared,
};
const failure = (code: string) => new TributaryError({ code, message: 'Failed.', hint: 'None.' });

function world() {
  const runs = new Map<string, TrainingRun>();
  const requests: TrainRequest[] = [];
  const saved: { readonly record: Omit<AdapterRecord, 'files'>; readonly files: string[] }[] = [];
  const lives: (LiveRun | undefined)[] = [];
  const engineFailures: string[] = [];
  const locks: ('taken' | 'released')[] = [];
  const place: {
    elsewhere: boolean;
    silent?: boolean;
    obstacle?: TributaryError;
    unprepared?: unknown;
    gate?: Promise<void>;
  } = {
    elsewhere: false,
  };
  let now = 1_000;
  const ports = answeringLate<TrainerPorts>({
    async prepare(_, { signal, onStage }) {
      onStage('rows');
      await place.gate;
      signal.throwIfAborted();
      if (place.unprepared !== undefined) throw place.unprepared;
      return prepared;
    },
    engine: () =>
      ({
        async *train(request: TrainRequest, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<TrainEvent> {
          requests.push(request);
          if (place.silent === true) return;
          const totalSteps = request.maxSteps ?? 2;
          for (let step = 1; step <= totalSteps; step++) {
            signal.throwIfAborted();
            yield {
              kind: 'step',
              step,
              totalSteps,
              loss: 1,
              learningRate: 1,
              gradientNorm: 1,
              tokens: 10 * step,
              milliseconds: step,
            };
          }
          yield { kind: 'done', config: { r: 8 }, weights: Uint8Array.of(1), steps: totalSteps, finalLoss: 1 };
        },
      }) as never,
    saveRun: async (run) => void runs.set(run.id, run),
    saveCheckpoint: async () => undefined,
    latestCheckpoint: async () => undefined,
    deleteCheckpoints: async () => undefined,
    saveAdapter: async (record, files) => void saved.push({ record, files: Object.keys(files) }),
    fileObstacle: async () => place.obstacle,
    withTrainingLock: (work) => work(!place.elsewhere),
    async withWakeLock(work) {
      locks.push('taken');
      try {
        return await work();
      } finally {
        locks.push('released');
      }
    },
    randomId: () => '0123456789abcdef',
    now: () => now++,
    onLive: (live) => void lives.push(live),
    onEngineFailure: ({ code }) => void engineFailures.push(code),
  });
  return { trainer: createTrainer(ports), runs, requests, saved, lives, engineFailures, locks, place };
}

describe('a trainer', () => {
  test('records a run, trains it while the device stays awake, and saves its adapter', async () => {
    const { trainer, runs, saved, lives, locks } = world();
    const run = await trainer.create(chosen);
    const { prepared: _, ...rest } = chosen;
    expect(run).toStrictEqual({
      id: '0123456789abcdef',
      ...rest,
      rowsDigest: prepared.digest,
      rowCount: 16,
      status: 'running',
      totalSteps: 2,
      losses: [],
      tokens: 0,
      milliseconds: 0,
      checkpointStep: 0,
      createdAt: 1_000,
      updatedAt: 1_000,
    });
    expect(runs.get(run.id)).toStrictEqual(run);
    const ended = await trainer.resume(run);
    expect(ended).toMatchObject({ status: 'trained', adapterId: 'trained-0123456789abcdef' });
    expect(runs.get(run.id)).toStrictEqual(ended);
    expect(saved).toStrictEqual([
      {
        record: {
          id: 'trained-0123456789abcdef',
          name: 'Towns',
          modelId: 'seedling',
          datanetIds: ['towns'],
          createdAt: expect.any(Number),
          data: { runId: '0123456789abcdef' },
        },
        files: ['adapter_config.json', 'adapter_model.safetensors'],
      },
    ]);
    expect(lives.map((live) => live?.stage)).toStrictEqual(['model', 'rows', ...Array(4).fill('training'), undefined]);
    expect(locks).toStrictEqual(['taken', 'released']);
  });

  test('refuses a second run, a measurement and a new record while one is in progress', async () => {
    const { trainer, place } = world();
    const run = await trainer.create(chosen);
    const { promise, resolve } = Promise.withResolvers<void>();
    place.gate = promise;
    const running = trainer.resume(run);
    const busy = { code: 'TRAINING_BUSY', facts: { runId: run.id } };
    await expect(trainer.resume(run)).rejects.toMatchObject(busy);
    await expect(trainer.measure(prepared, settings, new AbortController().signal)).rejects.toMatchObject(busy);
    await expect(trainer.create(chosen)).rejects.toMatchObject(busy);
    resolve();
    expect((await running).status).toBe('trained');
    await trainer.create(chosen);
  });

  test('refuses while another tab trains, and can try again', async () => {
    const { trainer, place, lives } = world();
    const run = await trainer.create(chosen);
    place.elsewhere = true;
    await expect(trainer.resume(run)).rejects.toMatchObject({ code: 'TRAINING_ELSEWHERE' });
    expect(lives).toStrictEqual([undefined]);
    place.elsewhere = false;
    expect((await trainer.resume(run)).status).toBe('trained');
  });

  test('refuses a run whose adapter could not be saved', async () => {
    const { trainer, place, runs } = world();
    place.obstacle = failure('STORE_UNAVAILABLE');
    await expect(trainer.create(chosen)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(runs.size).toBe(0);
  });

  test('a run cancelled while it is prepared says so and can be resumed', async () => {
    const { trainer, place, runs } = world();
    const run = await trainer.create(chosen);
    const { promise, resolve } = Promise.withResolvers<void>();
    place.gate = promise;
    const running = trainer.resume(run);
    trainer.cancel();
    resolve();
    expect((await running).status).toBe('cancelled');
    expect(runs.get(run.id)?.status).toBe('cancelled');
    delete place.gate;
    expect((await trainer.resume(run)).status).toBe('trained');
  });

  test('a run that could not be prepared stands as failed, with the reason', async () => {
    const { trainer, place, runs, engineFailures } = world();
    const run = await trainer.create(chosen);
    place.unprepared = failure('BLOCK_NOT_FOUND');
    await trainer.resume(run);
    expect(runs.get(run.id)).toMatchObject({ status: 'failed', error: { code: 'BLOCK_NOT_FOUND' } });
    expect(engineFailures).toStrictEqual([]);
  });

  test('a run whose rows changed since it began fails and trains nothing', async () => {
    const { trainer, requests, engineFailures } = world();
    const run = await trainer.create(chosen);
    const ended = await trainer.resume({ ...run, rowsDigest: '0'.repeat(64) });
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'RUN_ROWS_CHANGED' } });
    expect(requests).toStrictEqual([]);
    expect(engineFailures).toStrictEqual(['RUN_ROWS_CHANGED']);
  });

  test('an engine that makes no step leaves nothing to estimate from', async () => {
    const { trainer, place } = world();
    place.silent = true;
    const measured = await trainer.measure(prepared, settings, new AbortController().signal);
    expect(measured).toStrictEqual({ tokens: 0, milliseconds: 0 });
  });

  test('a run whose preparation is broken off, or fails after it was cancelled, was cancelled and did not fail', async () => {
    const { trainer, place, runs } = world();
    const run = await trainer.create(chosen);
    place.unprepared = new DOMException('left', 'AbortError');
    expect(await trainer.resume(run)).toMatchObject({ status: 'cancelled' });
    const { promise, resolve } = Promise.withResolvers<void>();
    place.gate = promise.then(() => {
      throw new Error('the worker is gone');
    });
    const running = trainer.resume(run);
    trainer.cancel();
    resolve();
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect(runs.get(run.id)?.status).toBe('cancelled');
  });

  test('nothing that runs is cancelled when nothing runs', async () => {
    const { trainer } = world();
    trainer.cancel();
    const run = await trainer.create(chosen);
    expect((await trainer.resume(run)).status).toBe('trained');
    trainer.cancel();
    expect((await trainer.resume(run)).status).toBe('trained');
  });

  test('measures the second of two steps and saves nothing', async () => {
    const { trainer, requests, saved, runs } = world();
    const measured = await trainer.measure(prepared, settings, new AbortController().signal);
    expect(measured).toStrictEqual({ tokens: 20, milliseconds: 2 });
    expect(requests[0]?.maxSteps).toBe(2);
    expect(requests[0]).not.toHaveProperty('checkpointEvery');
    expect([saved.length, runs.size]).toStrictEqual([0, 0]);
  });
});
