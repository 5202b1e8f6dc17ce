// Prepares a run before its first step: loads the base, fetches the rows, holds some of them out, encodes the others.
import type { EncodedRow, EngineService, ModelSummary } from '../../engine/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Remote } from '../../lib/rpc.ts';
import { type RowSource, type SourceRow, textOf } from '../rows/rowSource.ts';
import type { UniqueRows } from '../rows/uniqueRows.ts';
import { rowsDigest } from './rowsDigest.ts';
import { splitHoldout } from './splitHoldout.ts';

export interface TrainingSubject {
  readonly modelId: string;
  readonly sources: readonly RowSource[];
  /** Chooses the rows that are held out. */
  readonly seed: number;
}

export interface PreparedTraining {
  readonly summary: ModelSummary;
  readonly trained: readonly SourceRow[];
  readonly placebo: readonly SourceRow[];
  /** `trained` as token ids, in the same order. */
  readonly encoded: readonly EncodedRow[];
  /** `rowsDigest` of `encoded`. */
  readonly digest: string;
  readonly duplicates: number;
}

export type PreparationStage = 'model' | 'rows' | 'tokens';

export interface PreparationPorts {
  /** Loads the base, or returns at once when it is loaded. */
  loadModel(modelId: string, signal: AbortSignal): Promise<ModelSummary>;
  collectRows(sources: readonly RowSource[], signal: AbortSignal): Promise<UniqueRows>;
  engine(): Pick<Remote<EngineService>, 'encodeRows'>;
}

export interface PrepareTrainingOptions {
  readonly signal: AbortSignal;
  readonly onStage: (stage: PreparationStage) => void;
}

export type PrepareTraining = (subject: TrainingSubject, options: PrepareTrainingOptions) => Promise<PreparedTraining>;

/**
 * A function that prepares runs and remembers the last result: measuring, training and indexing the same run read its rows
 * once. Throws `TRAINING_NO_ROWS`, and errors of the ports.
 */
export function createPreparation(ports: PreparationPorts): PrepareTraining {
  let last: { readonly key: string; readonly prepared: PreparedTraining } | undefined;
  return async ({ modelId, sources, seed }, { signal, onStage }) => {
    const key = JSON.stringify([modelId, sources.map(({ datanetId, source }) => [datanetId, source]), seed]);
    onStage('model');
    const summary = await ports.loadModel(modelId, signal);
    if (last?.key === key) return last.prepared;
    onStage('rows');
    const { rows, duplicates } = await ports.collectRows(sources, signal);
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
    const encoded = await ports.engine().encodeRows({ rows: trained.map(textOf) }, { signal });
    const digest = await rowsDigest(encoded);
    const prepared: PreparedTraining = { summary, trained, placebo, encoded, digest, duplicates };
    last = { key, prepared };
    return prepared;
  };
}
