import { describe, expect, test } from 'vitest';
import type { EncodedRow, TrainEvent, TrainRequest } from '../../engine/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { rowsDigest } from './rowsDigest.ts';
import { runTraining, type TrainingPorts } from './runTraining.ts';
import { afterStep, resumed, runPace, stepOf, type TrainingRun } from './trainingRun.ts';
import { presetSettings } from './trainingSettings.ts';

const rows: EncodedRow[] = Array.from({ length: 16 }, (_, index) => ({ inputIds: [1, 2, index], promptLength: 2 }));
const digest = await rowsDigest(rows);
const totalSteps = 8;
const allLosses = [1, 2, 3, 4, 5, 6, 7, 8].map((step) => [step, 10 - step] as const);

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
  const ports = answeringLate<TrainingPorts>({
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
  });
  return { ports, records, checkpoints, requests };
}

/** Trains until `isEnough`, then aborts. */
function trainUntil(ports: TrainingPorts, isEnough: (run: TrainingRun) => boolean): Promise<TrainingRun> {
  const controller = new AbortController();
  return runTraining({
    run: newRun,
    rows,
    rowsDigest: digest,
    ports,
    signal: controller.signal,
    onChange: (run) => {
      if (isEnough(run)) controller.abort();
    },
  });
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
    expect(run.losses).toStrictEqual(allLosses);
    expect(checkpoints.size).toBe(0);
    expect(records.at(-1)).toStrictEqual(run);
    expect(runPace(run)).toStrictEqual({ step: 8, tokensPerSecond: 2000, millisecondsLeft: 0 });
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
    expect(await savedSteps(1)).toStrictEqual([0, 3, 6, 8]);
    expect(await savedSteps(1_000)).toStrictEqual([0, 2, 3, 5, 6, 8, 8]);
    expect(await savedSteps(2_000)).toStrictEqual([0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 8]);
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
    expect([...checkpoints.keys()]).toStrictEqual(['run-1:3']);

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
    expect(after.requests[0]?.resumeFrom).toStrictEqual(Uint8Array.of(3));
    expect(run.losses).toStrictEqual(allLosses);
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
    const run = await trainUntil(ports, (state) => state.losses.length === 7);
    expect(run.status).toBe('cancelled');
    expect(run.checkpointStep).toBe(6);
    expect([...checkpoints.keys()]).toStrictEqual(['run-1:3', 'run-1:6']);
  });

  test('cancelling what is trained already changes nothing', async () => {
    const { ports, records } = world();
    const run = await trainUntil(ports, ({ status }) => status === 'trained');
    expect(run.status).toBe('trained');
    expect(records.at(-1)?.status).toBe('trained');
  });

  test('an engine that stops at the abort without a word leaves a cancelled run', async () => {
    const { ports } = world({ dieAfterStep: 5 });
    const run = await trainUntil(ports, ({ losses }) => losses.length === 5);
    expect(run).toMatchObject({ status: 'cancelled', losses: { length: 5 } });
    expect(run.error).toBeUndefined();
  });

  test('a record that cannot be stored once the adapter is saved is an error, and no failed run', async () => {
    const { ports, records } = world();
    const failing: TrainingPorts = {
      ...ports,
      async saveRun(run) {
        if (run.status === 'trained') throw new Error('full');
        await ports.saveRun(run);
      },
    };
    const { signal } = new AbortController();
    await expect(
      runTraining({ run: newRun, rows, rowsDigest: digest, ports: failing, signal, onChange: () => undefined }),
    ).rejects.toThrow('full');
    expect(records.every(({ status }) => status === 'running')).toBe(true);
  });

  test('each state is shown with the time of its change before it is stored', async () => {
    const { ports } = world();
    let time = 100;
    const seen: string[] = [];
    await runTraining({
      run: newRun,
      rows,
      rowsDigest: digest,
      ports: {
        ...ports,
        now: () => time,
        async saveRun({ status, checkpointStep, updatedAt }) {
          seen.push(`stored ${status} ${checkpointStep} ${updatedAt}`);
          time += 1;
        },
      },
      signal: new AbortController().signal,
      onChange: ({ losses, checkpointStep, status, updatedAt }) => {
        if (losses.length % 3 === 0 || status === 'trained')
          seen.push(`shown ${status} ${checkpointStep} ${updatedAt}`);
      },
    });
    expect(seen).toStrictEqual([
      'shown running 0 100',
      'stored running 0 100',
      'shown running 0 101',
      'shown running 3 101',
      'stored running 3 101',
      'shown running 3 102',
      'shown running 6 102',
      'stored running 6 102',
      'shown trained 0 103',
      'stored trained 0 103',
    ]);
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

describe('the progress of a run', () => {
  const step = (number: number, loss: number) => ({
    kind: 'step' as const,
    step: number,
    totalSteps,
    loss,
    learningRate: 1,
    gradientNorm: 1,
    tokens: 6,
    milliseconds: 3,
  });

  test('a step adds its loss, tokens and time; one that is done again replaces those from it on', () => {
    const three = [1, 2, 3].reduce((run, number) => afterStep(run, step(number, 10 - number)), newRun);
    expect(three).toMatchObject({ losses: allLosses.slice(0, 3), tokens: 18, milliseconds: 9, totalSteps });
    const again = afterStep(three, { ...step(2, 5), totalSteps: 9 });
    expect(again).toMatchObject({
      losses: [
        [1, 9],
        [2, 5],
      ],
      tokens: 24,
      milliseconds: 12,
      totalSteps: 9,
    });
    expect(stepOf(again)).toBe(2);
    expect(stepOf(newRun)).toBe(0);
  });

  test('resuming keeps what is before the checkpoint, and no error', () => {
    const failed: TrainingRun = {
      ...newRun,
      status: 'failed',
      losses: allLosses.slice(0, 5),
      error: { code: 'DEVICE_LOST', message: '', hint: '', facts: {} } as never,
    };
    expect(resumed(failed, 3)).toStrictEqual({
      ...newRun,
      status: 'running',
      checkpointStep: 3,
      losses: allLosses.slice(0, 3),
    });
    expect(resumed(failed, 0).losses).toStrictEqual([]);
    expect(resumed(failed, 9).losses).toStrictEqual(failed.losses);
  });

  test('the pace is the mean of the steps so far', () => {
    const two = { ...newRun, losses: allLosses.slice(0, 2), tokens: 12, milliseconds: 60 };
    expect(runPace(two)).toStrictEqual({ step: 2, tokensPerSecond: 200, millisecondsLeft: 180 });
    expect(runPace(newRun)).toStrictEqual({ step: 0, tokensPerSecond: 0, millisecondsLeft: 0 });
    // More steps than were announced, after the settings of an older version.
    expect(runPace({ ...two, totalSteps: 1 }).millisecondsLeft).toBe(0);
  });
});

test('the digest of rows is SHA-256 over lengths and ids', async () => {
  // sha256 of the little-endian words 1 2 7 8, 0 1 9.
  const words = Uint32Array.of(1, 2, 7, 8, 0, 1, 9);
  const hash = await crypto.subtle.digest('SHA-256', words);
  expect(
    await rowsDigest([
      { promptLength: 1, inputIds: [7, 8] },
      { promptLength: 0, inputIds: [9] },
    ]),
  ).toBe(Buffer.from(hash).toString('hex'));
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
