// Training runs of this browser: rows in, adapter out, with everything kept that a reload needs. One run at a time, also
// across tabs (a Web Lock). The engine works in its worker; here is only the order of things.
import { createSignal } from 'solid-js';
import type { EncodedRow, ModelSummary, TrainEvent } from '../../engine/index.ts';
import { bytesToHex } from '../../lib/bytes.ts';
import type { Json } from '../../lib/canonicalJson.ts';
import { isAbort, type SerializedError, TributaryError, toTributaryError } from '../../lib/errors.ts';
import {
  database,
  deleteCheckpoints,
  fileObstacle,
  guardWrite,
  latestCheckpoint,
  type RunRecord,
  saveAdapter,
  saveCheckpoint,
} from '../../store/index.ts';
import { rowsDigest } from '../../workflows/training/rowsDigest.ts';
import { runTraining } from '../../workflows/training/runTraining.ts';
import { splitHoldout } from '../../workflows/training/splitHoldout.ts';
import type { RunSource, RunStatus, TrainingRun } from '../../workflows/training/trainingRun.ts';
import { stepOf } from '../../workflows/training/trainingRun.ts';
import { stepCount, type TrainingSettings, trainRequest } from '../../workflows/training/trainingSettings.ts';
import { engine, ensureModel, noteEngineFailure } from './engine.ts';
import { availableModels } from './models/availableModels.ts';
import { collectSourceRows, type SourceRow, textOf } from './sourceRows.ts';

/** The fields of a run that the store does not know by name. */
interface RunData {
  readonly modelName: string;
  readonly sources: readonly RunSource[];
  readonly rowsDigest: string;
  readonly rowCount: number;
  readonly tokens: number;
  readonly milliseconds: number;
  readonly checkpointStep: number;
  readonly adapterId?: string;
  readonly error?: SerializedError;
}

const states: Readonly<Record<RunStatus, RunRecord['state']>> = {
  running: 'running',
  cancelled: 'cancelled',
  failed: 'failed',
  trained: 'done',
};

function toRecord(run: TrainingRun): RunRecord {
  const { id, name, modelId, settings, status, totalSteps, losses, createdAt, updatedAt, ...data } = run;
  const kept: RunData = data;
  return {
    id,
    name,
    modelId,
    datanetIds: [...new Set(run.sources.map((source) => source.datanetId))],
    settings: { ...settings } satisfies Record<string, Json>,
    state: states[status],
    step: stepOf(run),
    totalSteps,
    losses,
    createdAt,
    updatedAt,
    data: kept,
  };
}

export function fromRecord(record: RunRecord): TrainingRun {
  const { id, name, modelId, settings, state, totalSteps, losses, createdAt, updatedAt } = record;
  const status: RunStatus = state === 'done' ? 'trained' : state === 'paused' ? 'cancelled' : state;
  return {
    ...(record.data as RunData),
    id,
    name,
    modelId,
    settings: settings as unknown as TrainingSettings,
    status,
    totalSteps,
    losses,
    createdAt,
    updatedAt,
  };
}

/** All runs, newest first. Reads the database: use inside `createLive`. */
export async function listRuns(): Promise<TrainingRun[]> {
  return (await database().runs.orderBy('updatedAt').reverse().toArray()).map(fromRecord);
}

export async function findRun(id: string): Promise<TrainingRun | undefined> {
  const record = await database().runs.get(id);
  return record === undefined ? undefined : fromRecord(record);
}

/** Deletes a run and its checkpoints; an adapter that came of it stays. */
export async function deleteRun(id: string): Promise<void> {
  await deleteCheckpoints(id);
  await deleteCheckpoints(`${id}-index`);
  await database().runs.delete(id);
}

export interface PreparedTraining {
  readonly summary: ModelSummary;
  readonly trained: readonly SourceRow[];
  readonly placebo: readonly SourceRow[];
  readonly encoded: readonly EncodedRow[];
  readonly digest: string;
  readonly duplicates: number;
}

export type PreparationStage = 'model' | 'rows' | 'tokens';

export interface TrainingSubject {
  readonly modelId: string;
  readonly sources: readonly Pick<RunSource, 'datanetId' | 'source'>[];
  readonly seed: number;
}

let lastPrepared: { readonly key: string; readonly result: PreparedTraining } | undefined;

/** Loads the base, fetches the rows, holds some out, turns the others into tokens. The last result is kept. */
export async function prepareTraining(
  { modelId, sources, seed }: TrainingSubject,
  signal: AbortSignal,
  onStage: (stage: PreparationStage) => void,
): Promise<PreparedTraining> {
  const key = JSON.stringify([modelId, sources.map(({ datanetId, source }) => [datanetId, source]), seed]);
  onStage('model');
  const summary = await ensureModel(modelId, signal);
  if (lastPrepared?.key === key) return lastPrepared.result;
  onStage('rows');
  const { rows, duplicates } = await collectSourceRows(sources, signal);
  const { trained, placebo } = splitHoldout(rows, seed);
  if (trained.length === 0) {
    throw new TributaryError({
      code: 'TRAINING_NO_ROWS',
      message: 'There is no row to train on.',
      facts: { sources: sources.map(({ source }) => source) },
      hint: 'Choose a Datanet with rows.',
    });
  }
  onStage('tokens');
  const encoded = await engine().encodeRows({ rows: trained.map(textOf) }, { signal });
  const result: PreparedTraining = {
    summary,
    trained,
    placebo,
    encoded,
    digest: await rowsDigest(encoded),
    duplicates,
  };
  lastPrepared = { key, result };
  return result;
}

export interface LiveRun {
  readonly run: TrainingRun;
  readonly stage: PreparationStage | 'training';
}

const [live, setLive] = createSignal<LiveRun | undefined>();
/** The run that this tab is working on. */
export const liveRun = live;

let abort: AbortController | undefined;

/** Stops the run of this tab; its last checkpoint stays. */
export function cancelRun(): void {
  abort?.abort();
}

/** Runs `work` while this tab alone may train. Throws `TRAINING_ELSEWHERE`. */
async function exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
  return navigator.locks.request('tributary-training', { ifAvailable: true }, (lock) => {
    if (lock !== null) return work();
    throw new TributaryError({
      code: 'TRAINING_ELSEWHERE',
      message: 'Another tab of this browser is training.',
      hint: 'Watch it there, or stop it there first.',
    });
  });
}

/** Keeps the screen on where the browser allows it: a sleeping device trains nothing. */
async function withWakeLock<Result>(work: () => Promise<Result>): Promise<Result> {
  // Refused on low battery, in hidden tabs and in some browsers: the run goes on without.
  const lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
  try {
    return await work();
  } finally {
    await lock?.release();
  }
}

async function keepAdapter(run: TrainingRun, result: TrainEvent & { kind: 'done' }): Promise<string> {
  const id = `trained-${run.id}`;
  await saveAdapter(
    {
      id,
      name: run.name,
      modelId: run.modelId,
      datanetIds: [...new Set(run.sources.map((source) => source.datanetId))],
      createdAt: Date.now(),
      data: { runId: run.id },
    },
    {
      'adapter_config.json': new TextEncoder().encode(JSON.stringify(result.config)),
      'adapter_model.safetensors': result.weights,
    },
  );
  return id;
}

async function execute(run: TrainingRun): Promise<TrainingRun> {
  const controller = new AbortController();
  abort = controller;
  const { signal } = controller;
  const show = (next: TrainingRun, stage: LiveRun['stage']): void => void setLive({ run: next, stage });
  const saveRun = async (next: TrainingRun): Promise<void> => {
    await guardWrite(() => database().runs.put(toRecord(next)));
  };
  try {
    return await exclusively(() =>
      withWakeLock(async () => {
        show(run, 'model');
        let prepared: PreparedTraining;
        try {
          prepared = await prepareTraining({ ...run, seed: run.settings.seed }, signal, (stage) => show(run, stage));
        } catch (error) {
          const stopped = isAbort(error) || signal.aborted;
          const ended: TrainingRun = stopped
            ? { ...run, status: 'cancelled' }
            : { ...run, status: 'failed', error: toTributaryError(error).serialize() };
          await saveRun(ended);
          return ended;
        }
        const ended = await runTraining({
          run,
          rows: prepared.encoded,
          rowsDigest: prepared.digest,
          ports: {
            train: (request, options) => engine().train(request, options),
            saveRun,
            saveCheckpoint,
            latestCheckpoint,
            deleteCheckpoints,
            saveAdapter: keepAdapter,
            now: Date.now,
          },
          signal,
          onChange: (next) => show(next, 'training'),
        });
        if (ended.error !== undefined) noteEngineFailure(TributaryError.deserialize(ended.error));
        return ended;
      }),
    );
  } finally {
    abort = undefined;
    setLive(undefined);
  }
}

function busyError(): TributaryError {
  return new TributaryError({
    code: 'TRAINING_BUSY',
    message: 'A run is in progress.',
    facts: { runId: live()?.run.id ?? '' },
    hint: 'Wait for it, or cancel it first; its last checkpoint stays.',
  });
}

export interface NewRun {
  readonly name: string;
  readonly modelId: string;
  readonly sources: readonly RunSource[];
  readonly settings: TrainingSettings;
  readonly prepared: PreparedTraining;
}

/** Records a new run; `resumeRun` starts it. Throws `TRAINING_BUSY`, `STORE_UNAVAILABLE`. */
export async function createRun({ name, modelId, sources, settings, prepared }: NewRun): Promise<TrainingRun> {
  if (live() !== undefined) throw busyError();
  const obstacle = await fileObstacle();
  if (obstacle !== undefined) {
    throw new TributaryError({
      code: 'STORE_UNAVAILABLE',
      message: 'This browser does not let the page keep files, and a training needs a place for its adapter.',
      hint: 'Update the browser, or leave private browsing.',
      cause: obstacle,
    });
  }
  const now = Date.now();
  const run: TrainingRun = {
    id: bytesToHex(crypto.getRandomValues(new Uint8Array(8))),
    name,
    modelId,
    modelName: availableModels().find((model) => model.id === modelId)?.name ?? modelId,
    sources,
    settings,
    rowsDigest: prepared.digest,
    rowCount: prepared.trained.length,
    status: 'running',
    totalSteps: stepCount(settings, prepared.encoded.length),
    losses: [],
    tokens: 0,
    milliseconds: 0,
    checkpointStep: 0,
    createdAt: now,
    updatedAt: now,
  };
  await guardWrite(() => database().runs.put(toRecord(run)));
  return run;
}

/**
 * Works on a run until it ends: from its newest checkpoint, or from the start. Resolves with its last state; what went
 * wrong stands in it. Throws `TRAINING_BUSY`, `TRAINING_ELSEWHERE`.
 */
export async function resumeRun(run: TrainingRun): Promise<TrainingRun> {
  if (live() !== undefined) throw busyError();
  return execute(run);
}

/** Trains two steps and throws the result away: tokens and time of the second, which is warm. */
export async function measureStep(
  prepared: PreparedTraining,
  settings: TrainingSettings,
  signal: AbortSignal,
): Promise<{ readonly tokens: number; readonly milliseconds: number }> {
  if (live() !== undefined) throw busyError();
  const { checkpointEvery: _checkpointEvery, ...request } = trainRequest(
    { ...settings, maxSteps: 2 },
    prepared.encoded,
  );
  let measured = { tokens: 0, milliseconds: 0 };
  await exclusively(async () => {
    for await (const event of engine().train(request, { signal })) {
      if (event.kind === 'step') measured = { tokens: event.tokens, milliseconds: event.milliseconds };
    }
  });
  return measured;
}
