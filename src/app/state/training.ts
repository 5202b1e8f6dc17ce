// Training runs of this browser: the trainer over its tables, files and engine worker, and the run in progress as a signal.
// One run at a time, also across tabs (a Web Lock).
import { createSignal } from 'solid-js';
import { bytesToHex } from '../../lib/bytes.ts';
import {
  database,
  deleteCheckpoints,
  fileObstacle,
  guardWrite,
  latestCheckpoint,
  saveAdapter,
  saveCheckpoint,
} from '../../store/index.ts';
import { partialIndexId } from '../../workflows/adapters/indexFiles.ts';
import { createPreparation } from '../../workflows/training/prepareTraining.ts';
import { fromRunRecord, toRunRecord } from '../../workflows/training/runRecord.ts';
import { sampleAnswers as ask, type SampleAnswersParameters } from '../../workflows/training/sampleAnswers.ts';
import { createTrainer, type LiveRun, type NewRun as NamedRun } from '../../workflows/training/trainer.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { findAdapter } from './adapters.ts';
import { engine, ensureAdapter, ensureModel, noteEngineFailure } from './engine.ts';
import { availableModels } from './models/availableModels.ts';
import { collectSourceRows } from './sourceRows.ts';

const LOCK_NAME = 'tributary-training';

/** All runs, newest first. Reads the database: use inside `createLive`. */
export async function listRuns(): Promise<TrainingRun[]> {
  return (await database().runs.orderBy('updatedAt').reverse().toArray()).map(fromRunRecord);
}

export async function findRun(id: string): Promise<TrainingRun | undefined> {
  const record = await database().runs.get(id);
  return record === undefined ? undefined : fromRunRecord(record);
}

/** Deletes a run and its checkpoints; an adapter that came of it stays. */
export async function deleteRun(id: string): Promise<void> {
  await deleteCheckpoints(id);
  await deleteCheckpoints(partialIndexId(id));
  await database().runs.delete(id);
}

/** As `createPreparation` of the workflow says. */
export const prepareTraining = createPreparation({ loadModel: ensureModel, collectRows: collectSourceRows, engine });

const [live, setLive] = createSignal<LiveRun | undefined>();
/** The run that this tab is working on. */
export const liveRun = live;

const trainer = createTrainer({
  prepare: prepareTraining,
  engine,
  async saveRun(run) {
    await guardWrite(() => database().runs.put(toRunRecord(run)));
  },
  saveCheckpoint,
  latestCheckpoint,
  deleteCheckpoints,
  saveAdapter,
  fileObstacle,
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
  onLive: setLive,
  onEngineFailure: noteEngineFailure,
});

export const { resume: resumeRun, cancel: cancelRun, measure: measureStep } = trainer;

export type NewRun = Omit<NamedRun, 'modelName'>;

/** Records a new run; `resumeRun` starts it. Throws `TRAINING_BUSY`, `STORE_UNAVAILABLE`. */
export function createRun(run: NewRun): Promise<TrainingRun> {
  const modelName = availableModels().find((model) => model.id === run.modelId)?.name ?? run.modelId;
  return trainer.create({ ...run, modelName });
}

/** As `sampleAnswers` of the workflow. */
export function sampleAnswers(parameters: SampleAnswersParameters): Promise<void> {
  return ask(parameters, { collectRows: collectSourceRows, findAdapter, loadAdapter: ensureAdapter, engine });
}
