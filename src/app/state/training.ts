// Training runs of this browser: the trainer over its tables, files and engine worker, and the run in progress as a signal.
// One run at a time, also across tabs (a Web Lock).
import { createSignal } from 'solid-js';
import { bytesToHex } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { lazy } from '../../lib/lazy.ts';
import { database, guardWrite } from '../../store/index.ts';
import { partialIndexId } from '../../workflows/adapters/indexFiles.ts';
import type { PrepareTraining } from '../../workflows/training/prepareTraining.ts';
import { fromRunRecord, toRunRecord } from '../../workflows/training/runRecord.ts';
import type { SampleAnswersParameters, SampleAnswersPorts } from '../../workflows/training/sampleAnswers.ts';
import { createTrainer, type LiveRun, type NewRun as NamedRun } from '../../workflows/training/trainer.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { findAdapter } from './adapters.ts';
import { engine, ensureAdapter, ensureModel, noteEngineFailure } from './engine.ts';
import { availableModels } from './models/availableModels.ts';
import { runLock, withRunLock } from './runLocks.ts';
import { createTabShare } from './tabShare.ts';

const LOCK_NAME = 'tributary-training';

const files = () => import('./trainingFiles.ts');

const collectSourceRows: SampleAnswersPorts['collectRows'] = async (sources, signal) =>
  (await import('./sourceRows.ts')).collectSourceRows(sources, signal);

/** All runs, newest first. Reads the database: use inside `createLive`. */
export async function listRuns(): Promise<TrainingRun[]> {
  return (await database().runs.orderBy('updatedAt').reverse().toArray()).map(fromRunRecord);
}

export async function findRun(id: string): Promise<TrainingRun | undefined> {
  const record = await database().runs.get(id);
  return record === undefined ? undefined : fromRunRecord(record);
}

/** Does `work` on a run unless this or another tab works on it. Throws `TRAINING_ELSEWHERE`. */
function withRun<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
  return withRunLock(runLock(id), work, () => {
    throw new TributaryError({
      code: 'TRAINING_ELSEWHERE',
      message: 'Another tab of this browser is training.',
      facts: { runId: id },
      hint: 'Watch it there, or stop it there first.',
    });
  });
}

/**
 * Resumes a run whose tab closed, as soon as no tab works on it; of several that wait, one does. Does nothing with a run that has ended
 * by then, or while this tab trains. `signal` ends the waiting; `onFound` is told before it resumes. Throws as `resumeRun`.
 */
export function resumeLeftRun(id: string, signal: AbortSignal, onFound: (run: TrainingRun) => void): Promise<void> {
  return navigator.locks.request(runLock(id), { signal }, async () => {
    const run = await findRun(id);
    if (run?.status !== 'running' || liveRun() !== undefined || signal.aborted) return;
    onFound(run);
    await trainer.resume(run);
  });
}

/** Deletes a run and its checkpoints; an adapter that came of it stays. Throws `TRAINING_ELSEWHERE`. */
export function deleteRun(id: string): Promise<void> {
  return withRun(id, () => deleteRecords(id));
}

async function deleteRecords(id: string): Promise<void> {
  const { deleteCheckpoints } = await files();
  await deleteCheckpoints(id);
  await deleteCheckpoints(partialIndexId(id));
  await database().runs.delete(id);
}

const preparation = lazy(async () => {
  const { createPreparation } = await import('../../workflows/training/prepareTraining.ts');
  return createPreparation({ loadModel: ensureModel, collectRows: collectSourceRows, engine });
});

/** As `createPreparation` of the workflow says. */
export const prepareTraining: PrepareTraining = async (subject, options) => {
  const prepare = await preparation.get();
  return await prepare(subject, options);
};

const [live, setLive] = createSignal<LiveRun | undefined>();
const share = createTabShare<LiveRun>('training', () => trainer.cancel());
/** The run that another tab is working on. */
export const runElsewhere = share.elsewhere;
/** The run that this tab is working on. */
export const liveRun = live;

const trainer = createTrainer({
  prepare: prepareTraining,
  engine,
  async saveRun(run) {
    await guardWrite(() => database().runs.put(toRunRecord(run)));
  },
  saveCheckpoint: async (...checkpoint) => (await files()).saveCheckpoint(...checkpoint),
  latestCheckpoint: async (id) => (await files()).latestCheckpoint(id),
  deleteCheckpoints: async (id) => (await files()).deleteCheckpoints(id),
  saveAdapter: async (...adapter) => (await files()).saveAdapter(...adapter),
  fileObstacle: async (...needs) => (await files()).fileObstacle(...needs),
  withTrainingLock: (work) => navigator.locks.request(LOCK_NAME, { ifAvailable: true }, (lock) => work(lock !== null)),
  async withWakeLock(work) {
    // Refused on low battery, in hidden tabs and in some browsers: the run goes on without.
    const lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
    try {
      return await work();
    } finally {
      await lock?.release();
    }
  },
  randomId: () => bytesToHex(crypto.getRandomValues(new Uint8Array(8))),
  now: Date.now,
  onLive(next) {
    setLive(next);
    share.show(next);
  },
  onEngineFailure: noteEngineFailure,
});

export const { cancel: cancelRun, measure: measureStep } = trainer;

/** As `resume` of the trainer. */
export function resumeRun(run: TrainingRun): Promise<TrainingRun> {
  return withRun(run.id, () => trainer.resume(run));
}

/**
 * Has the tab that works on a run stop it, then resumes it here from its last checkpoint; one that has come to its end meanwhile
 * stays as it is. Throws as `resumeRun`.
 */
export function takeOverRun(run: TrainingRun): Promise<TrainingRun> {
  share.askToStop();
  // Held from here on: between two requests somebody who waits for a run that was left would have it.
  return navigator.locks.request(runLock(run.id), async () => {
    const stopped = (await findRun(run.id)) ?? run;
    return stopped.status === 'trained' ? stopped : await trainer.resume(stopped);
  });
}

export type NewRun = Omit<NamedRun, 'modelName'>;

/**
 * Records a new run; `resumeRun` starts it. `ended`: keys of drafts that it has come of; they go in the same moment, or a page that is
 * closed then would offer to start it once more. Throws `TRAINING_BUSY`, `STORE_UNAVAILABLE`, and as `guardWrite`.
 */
export function createRun(run: NewRun, ended: readonly string[]): Promise<TrainingRun> {
  const modelName = availableModels().find((model) => model.id === run.modelId)?.name ?? run.modelId;
  const { runs, drafts } = database();
  return trainer.create({ ...run, modelName }, (created) =>
    guardWrite(() =>
      database().transaction('rw', runs, drafts, async () => {
        await runs.put(toRunRecord(created));
        await drafts.bulkDelete([...ended]);
      }),
    ),
  );
}

/** As `sampleAnswers` of the workflow. */
export async function sampleAnswers(parameters: SampleAnswersParameters): Promise<void> {
  const workflow = await import('../../workflows/training/sampleAnswers.ts');
  return workflow.sampleAnswers(parameters, {
    collectRows: collectSourceRows,
    findAdapter,
    loadAdapter: ensureAdapter,
    engine,
  });
}
