// A training run as a record that survives the page: its settings, its progress and its result. Pure transitions; training and
// storing are ports of `runTraining`.
import type { TrainEvent } from '../../engine/index.ts';
import { type SerializedError, TributaryError } from '../../lib/errors.ts';
import type { TrainingSettings } from './trainingSettings.ts';

/**
 * `running` in a record that nobody is working on means that the page was closed: the run resumes from `checkpointStep`.
 * `cancelled` has its last checkpoint too, and is resumed when the user says so.
 */
export type RunStatus = 'running' | 'cancelled' | 'failed' | 'trained';

/** One contribution (or sample file) whose rows a run reads. */
export interface RunSource {
  readonly datanetId: string;
  /** CID of a contribution, or the address of a sample file. */
  readonly source: string;
  readonly rowCount: number;
}

export type LossPoint = readonly [step: number, loss: number];

export interface TrainingRun {
  readonly id: string;
  readonly name: string;
  readonly modelId: string;
  readonly modelName: string;
  readonly sources: readonly RunSource[];
  readonly settings: TrainingSettings;
  /** SHA-256 over the encoded rows in order; a resumed run must read the same ones. */
  readonly rowsDigest: string;
  readonly rowCount: number;
  readonly status: RunStatus;
  readonly totalSteps: number;
  /** [step, mean response loss in nats per token], ascending; a step may be missing if the page was closed during a write. */
  readonly losses: readonly LossPoint[];
  /** Response tokens trained on so far. */
  readonly tokens: number;
  /** Time spent in steps, without pauses. */
  readonly milliseconds: number;
  /** Steps done at the newest checkpoint; 0 without one. */
  readonly checkpointStep: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly adapterId?: string;
  readonly error?: SerializedError;
}

function lossesBefore(run: TrainingRun, step: number): readonly LossPoint[] {
  const end = run.losses.findIndex(([other]) => other >= step);
  return end === -1 ? run.losses : run.losses.slice(0, end);
}

/** Steps done. */
export function stepOf(run: TrainingRun): number {
  return run.losses.at(-1)?.[0] ?? 0;
}

/** The run after one optimiser step. */
export function afterStep(run: TrainingRun, event: TrainEvent & { kind: 'step' }): TrainingRun {
  return {
    ...run,
    totalSteps: event.totalSteps,
    losses: [...lossesBefore(run, event.step), [event.step, event.loss]],
    tokens: run.tokens + event.tokens,
    milliseconds: run.milliseconds + event.milliseconds,
  };
}

/** The run as it resumes from a checkpoint (0: from the start): later steps are done again. */
export function resumed(run: TrainingRun, checkpointStep: number): TrainingRun {
  const { error: _error, ...rest } = run;
  return { ...rest, status: 'running', checkpointStep, losses: lossesBefore(run, checkpointStep + 1) };
}

/** Throws `RUN_ROWS_CHANGED` unless `rowsDigest` is that of the rows that the run began with. */
export function requireSameRows(run: TrainingRun, rowsDigest: string): void {
  if (rowsDigest === run.rowsDigest) return;
  throw new TributaryError({
    code: 'RUN_ROWS_CHANGED',
    message: 'The rows of this run are not the ones that it began with.',
    facts: { expected: run.rowsDigest, found: rowsDigest },
    hint: 'Start a new run on the rows as they are now.',
  });
}

export interface RunPace {
  readonly step: number;
  readonly tokensPerSecond: number;
  readonly millisecondsLeft: number;
}

/** The progress of the run, and the remaining time at its mean pace. */
export function runPace(run: TrainingRun): RunPace {
  const step = stepOf(run);
  const stepsTimed = Math.max(step, 1);
  return {
    step,
    tokensPerSecond: run.milliseconds === 0 ? 0 : (1000 * run.tokens) / run.milliseconds,
    millisecondsLeft: (run.milliseconds / stepsTimed) * Math.max(0, run.totalSteps - step),
  };
}
