// Drives one training run: engine events in, record and checkpoints out. It does not know workers, tables or files:
// ports are handed in. The last checkpoint of a run that was stopped stays.
import type { EncodedRow, TrainEvent, TrainRequest } from '../../engine/index.ts';
import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { afterStep, requireSameRows, resumed, stepOf, type TrainingRun } from './trainingRun.ts';
import { trainRequest } from './trainingSettings.ts';

export interface TrainingPorts {
  train(request: TrainRequest, options: { signal: AbortSignal }): AsyncIterable<TrainEvent>;
  saveRun(run: TrainingRun): Promise<void>;
  saveCheckpoint(runId: string, step: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The newest whole checkpoint. */
  latestCheckpoint(runId: string): Promise<{ readonly step: number; readonly bytes: Uint8Array } | undefined>;
  deleteCheckpoints(runId: string): Promise<void>;
  /** Saves the trained weights and returns the id of the adapter. */
  saveAdapter(run: TrainingRun, result: TrainEvent & { kind: 'done' }): Promise<string>;
  now(): number;
}

export interface RunTrainingParameters {
  readonly run: TrainingRun;
  readonly rows: readonly EncodedRow[];
  readonly rowsDigest: string;
  readonly ports: TrainingPorts;
  readonly signal: AbortSignal;
  /** Called with every new state of the run, before it is stored. */
  readonly onChange: (run: TrainingRun) => void;
}

/** Minimum time between two writes of the record while no checkpoint is due. */
const SAVE_INTERVAL_MILLISECONDS = 2000;

/**
 * Trains until the end, an abort or a failure, and resolves with the run's last state: `trained`, `cancelled` or `failed`
 * (with the error in the record). Rejects only when the record itself cannot be stored. Resumes from the newest checkpoint
 * if there is one.
 */
export async function runTraining({
  run,
  rows,
  rowsDigest,
  ports,
  signal,
  onChange,
}: RunTrainingParameters): Promise<TrainingRun> {
  let current = run;
  let savedAt = ports.now();
  const change = (next: TrainingRun): void => {
    current = { ...next, updatedAt: ports.now() };
    onChange(current);
  };
  const save = async (): Promise<void> => {
    savedAt = ports.now();
    await ports.saveRun(current);
  };

  try {
    requireSameRows(run, rowsDigest);
    const checkpoint = await ports.latestCheckpoint(run.id);
    change(resumed(run, checkpoint?.step ?? 0));
    await save();
    for await (const event of ports.train(trainRequest(run.settings, rows, checkpoint?.bytes), { signal })) {
      if (event.kind === 'step') {
        change(afterStep(current, event));
        if (ports.now() - savedAt >= SAVE_INTERVAL_MILLISECONDS) await save();
      } else if (event.kind === 'checkpoint') {
        // Bytes before record: a record must never point at a checkpoint that is not there.
        await ports.saveCheckpoint(run.id, event.step, event.bytes);
        change({ ...current, checkpointStep: event.step });
        await save();
      } else {
        const adapterId = await ports.saveAdapter(current, event);
        change({ ...current, status: 'trained', adapterId, checkpointStep: 0 });
        await save();
        await ports.deleteCheckpoints(run.id);
      }
    }
    if (current.status !== 'trained') {
      throw new TributaryError({
        code: 'RUN_ENDED_EARLY',
        message: 'The engine stopped before the last step.',
        facts: { step: stepOf(current), totalSteps: current.totalSteps },
        hint: 'Resume the run: it continues from its last checkpoint.',
      });
    }
  } catch (error) {
    if (current.status === 'trained') throw error;
    const stopped = signal.aborted || isAbort(error);
    change(
      stopped
        ? { ...current, status: 'cancelled' }
        : { ...current, status: 'failed', error: toTributaryError(error).serialize() },
    );
    await save();
  }
  return current;
}
