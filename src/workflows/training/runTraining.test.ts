import { describe, expect, test } from 'vitest';
import type { EncodedRow, TrainEvent, TrainRequest } from '../../engine/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { rowsDigest } from './rowsDigest.ts';
import { runTraining, type TrainingPorts } from './runTraining.ts';
import { runPace, type TrainingRun } from './trainingRun.ts';
import { presetSettings } from './trainingSettings.ts';

const rows: EncodedRow[] = Array.from({ length: 16 }, (_, index) => ({ inputIds: [1, 2, index], promptLength: 2 }));
const digest = await rowsDigest(rows);
const totalSteps = 8;
const allLosses = [1, 2, 3, 4, 5, 6, 7, 8].map((step) => [step, 10 - step]);

const newRun: TrainingRun = {
  id: 'run-1',
  name: 'Towns',
  modelId: 'seedling',
  modelName: 'Seedling',
  sources: [{ datanetId: 'towns', source: 'bafy', rowCount: 16 }],
  settings: { ...presetSettings('quick', 256), batchSize: 2 },
  rowsDigest: digest,
  rowCount: 16,
  status: 'running',
  totalSteps,
  losses: [],
  tokens: 0,
  milliseconds: 0,
  checkpointStep: 0,
  createdAt: 0,
  updatedAt: 0,
};

/** Stands for the engine's contract: step s has loss 10 - s, a checkpoint every 3 steps holds the step's number. */
function world(options: { dieAfterStep?: number; failAtStep?: number } = {}) {
  const records: TrainingRun[] = [];
  const checkpoints = new Map<string, Uint8Array<ArrayBuffer>>();
  const requests: TrainRequest[] = [];
  let adapters = 0;
  const ports: TrainingPorts = {
    async *train(request, { signal }): AsyncGenerator<TrainEvent> {
      requests.push(request);
      for (let step = (request.resumeFrom?.[0] ?? 0) + 1; step <= totalSteps; step++) {
        signal.throwIfAborted();
        if (step === options.failAtStep) {
          throw new TributaryError({
            code: 'DEVICE_LOST',
            message: 'The graphics device reset.',
            hint: 'Load the model again.',
          });
        }
        yield {
          kind: 'step',
          step,
          totalSteps,
          loss: 10 - step,
          learningRate: 1,
          gradientNorm: 1,
          tokens: 6,
          milliseconds: 3,
        };
        if (step % 3 === 0) yield { kind: 'checkpoint', step, bytes: Uint8Array.of(step) };
        if (step === options.dieAfterStep) return;
      }
      yield { kind: 'done', config: {}, weights: new Uint8Array(4), steps: totalSteps, finalLoss: 2 };
    },
    async saveRun(run) {
      records.push(run);
    },
    async saveCheckpoint(runId, step, bytes) {
      checkpoints.set(`${runId}:${step}`, bytes);
    },
    async latestCheckpoint(runId) {
      const steps = [...checkpoints.keys()].map((key) => Number(key.slice(runId.length + 1)));
      const step = Math.max(0, ...steps);
      const bytes = checkpoints.get(`${runId}:${step}`);
      return bytes === undefined ? undefined : { step, bytes };
    },
    async deleteCheckpoints() {
      checkpoints.clear();
    },
    async saveAdapter() {
      adapters += 1;
      return `adapter-${adapters}`;
    },
    now: () => 0,
  };
  return { ports, records, checkpoints, requests };
}

describe('runTraining', () => {
  test('trains to the end, keeps the adapter, removes the checkpoint', async () => {
    const { ports, records, checkpoints } = world();
    const run = await runTraining({
      run: newRun,
      rows,
      rowsDigest: digest,
      ports,
      signal: new AbortController().signal,
      onChange: () => undefined,
    });
    expect(run.status).toBe('trained');
    expect(run.adapterId).toBe('adapter-1');
    expect(run.losses).toEqual(allLosses);
    expect(checkpoints.size).toBe(0);
    expect(records.at(-1)).toEqual(run);
    expect(runPace(run)).toEqual({ step: 8, tokensPerSecond: 2000, millisecondsLeft: 0 });
  });

  test('saves its record between checkpoints when two seconds have passed, not at each step', async () => {
    const savedSteps = async (stepMilliseconds: number): Promise<number[]> => {
      const { ports, records } = world();
      let time = 0;
      await runTraining({
        run: newRun,
        rows,
        rowsDigest: digest,
        ports: {
          ...ports,
          now: () => time,
          async *train(request, options) {
            for await (const event of ports.train(request, options)) {
              if (event.kind === 'step') time += stepMilliseconds;
              yield event;
            }
          },
        },
        signal: new AbortController().signal,
        onChange: () => undefined,
      });
      return records.map(({ losses }) => losses.length);
    };
    // At the start, at the checkpoints of steps 3 and 6, and at the end.
    expect(await savedSteps(1)).toEqual([0, 3, 6, 8]);
    expect(await savedSteps(1_000)).toEqual([0, 2, 3, 5, 6, 8, 8]);
    expect(await savedSteps(2_000)).toEqual([0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 8]);
  });

  test('resumes from the record of a page that died, doing only the steps after the checkpoint again', async () => {
    const { ports, records, checkpoints, requests } = world({ dieAfterStep: 5 });
    const controller = new AbortController();
    await runTraining({
      run: newRun,
      rows,
      rowsDigest: digest,
      ports,
      signal: controller.signal,
      onChange: () => undefined,
    });
    // What the page left behind when it died: the record written with the checkpoint of step 3.
    const left = records.find((record) => record.checkpointStep === 3);
    expect(left?.status).toBe('running');
    expect([...checkpoints.keys()]).toEqual(['run-1:3']);

    const after = world();
    after.checkpoints.set('run-1:3', Uint8Array.of(3));
    const run = await runTraining({
      run: left as TrainingRun,
      rows,
      rowsDigest: digest,
      ports: after.ports,
      signal: new AbortController().signal,
      onChange: () => undefined,
    });
    expect(requests[0]?.resumeFrom).toBeUndefined();
    expect(after.requests[0]?.resumeFrom).toEqual(Uint8Array.of(3));
    expect(run.losses).toEqual(allLosses);
    expect(run.status).toBe('trained');
    expect(after.checkpoints.size).toBe(0);
  });

  test('starts again when the checkpoint is gone', async () => {
    const { ports, requests } = world();
    const run = await runTraining({
      run: {
        ...newRun,
        checkpointStep: 3,
        losses: [
          [1, 9],
          [2, 8],
          [3, 7],
        ],
      },
      rows,
      rowsDigest: digest,
      ports,
      signal: new AbortController().signal,
      onChange: () => undefined,
    });
    expect(requests[0]?.resumeFrom).toBeUndefined();
    expect(run.losses).toHaveLength(totalSteps);
  });

  test('cancelling keeps the last checkpoint and says cancelled', async () => {
    const { ports, checkpoints } = world();
    const controller = new AbortController();
    const run = await runTraining({
      run: newRun,
      rows,
      rowsDigest: digest,
      ports,
      signal: controller.signal,
      onChange: (state) => {
        if (state.losses.length === 7) controller.abort();
      },
    });
    expect(run.status).toBe('cancelled');
    expect(run.checkpointStep).toBe(6);
    expect([...checkpoints.keys()]).toEqual(['run-1:3', 'run-1:6']);
  });

  test('a failure stands in the record, with its code', async () => {
    const { ports, records } = world({ failAtStep: 5 });
    const run = await runTraining({
      run: newRun,
      rows,
      rowsDigest: digest,
      ports,
      signal: new AbortController().signal,
      onChange: () => undefined,
    });
    expect(run.status).toBe('failed');
    expect(run.error?.code).toBe('DEVICE_LOST');
    expect(records.at(-1)?.error?.code).toBe('DEVICE_LOST');
  });

  test('an engine that ends before the last step leaves a failed run, at the step it reached', async () => {
    const { ports } = world({ dieAfterStep: 5 });
    const run = await runTraining({
      run: newRun,
      rows,
      rowsDigest: digest,
      ports,
      signal: new AbortController().signal,
      onChange: () => undefined,
    });
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'RUN_ENDED_EARLY', facts: { step: 5, totalSteps: 8 } },
    });
  });

  test('refuses rows that are not those of the run', async () => {
    const { ports, requests } = world();
    const other = await rowsDigest(rows.slice(1));
    const run = await runTraining({
      run: newRun,
      rows: rows.slice(1),
      rowsDigest: other,
      ports,
      signal: new AbortController().signal,
      onChange: () => undefined,
    });
    expect(run.error?.code).toBe('RUN_ROWS_CHANGED');
    expect(requests).toHaveLength(0);
  });
});

test('the digest of rows depends on where the prompt ends and on their order', async () => {
  const [first, second] = [rows[0] as EncodedRow, rows[1] as EncodedRow];
  const digests = await Promise.all([
    rowsDigest([first, second]),
    rowsDigest([second, first]),
    rowsDigest([{ ...first, promptLength: 1 }, second]),
    rowsDigest([{ inputIds: [...first.inputIds, ...second.inputIds], promptLength: 2 }]),
  ]);
  expect(new Set(digests).size).toBe(4);
});
