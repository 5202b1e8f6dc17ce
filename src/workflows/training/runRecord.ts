// A training run to its record in the store and back. The store knows the columns that it sorts and lists by; the rest of
// the run is its `data`.
import type { Json } from '../../lib/canonicalJson.ts';
import type { RunRecord } from '../../store/index.ts';
import { type RunStatus, stepOf, type TrainingRun } from './trainingRun.ts';
import type { TrainingSettings } from './trainingSettings.ts';

/** The fields of a run that the store does not know by name. */
type RunData = Pick<
  TrainingRun,
  | 'modelName'
  | 'sources'
  | 'rowsDigest'
  | 'rowCount'
  | 'tokens'
  | 'milliseconds'
  | 'checkpointStep'
  | 'adapterId'
  | 'error'
>;

const STATES: Readonly<Record<RunStatus, RunRecord['state']>> = {
  running: 'running',
  cancelled: 'cancelled',
  failed: 'failed',
  trained: 'done',
};

/** The Datanets that a run learns from, each once. */
export function datanetsOf(run: Pick<TrainingRun, 'sources'>): readonly string[] {
  return [...new Set(run.sources.map((source) => source.datanetId))];
}

export function toRunRecord(run: TrainingRun): RunRecord {
  const { id, name, modelId, settings, status, totalSteps, losses, createdAt, updatedAt, ...rest } = run;
  const data: RunData = rest;
  return {
    id,
    name,
    modelId,
    datanetIds: datanetsOf(run),
    settings: { ...settings } satisfies Record<string, Json>,
    state: STATES[status],
    step: stepOf(run),
    totalSteps,
    losses,
    createdAt,
    updatedAt,
    data,
  };
}

export function fromRunRecord(record: RunRecord): TrainingRun {
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
