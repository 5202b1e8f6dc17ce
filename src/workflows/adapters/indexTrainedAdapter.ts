// Adds an attribution index to the adapter of a finished run: its rows are prepared as they were for training, and the files
// `index.cbor` and `rows.jsonl` join those of the adapter.
import type { AttributionService } from '../../attribution/index.ts';
import type { EncodedRow, EngineService } from '../../engine/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Remote } from '../../lib/rpc.ts';
import type { AdapterRecord } from '../../store/index.ts';
import { textOf } from '../rows/rowSource.ts';
import type { PreparationStage, PrepareTraining } from '../training/prepareTraining.ts';
import { requireSameRows, type TrainingRun } from '../training/trainingRun.ts';
import type { AdapterChoice } from './adapterChoice.ts';
import { buildIndex } from './buildIndex.ts';
import { partialIndexId, rowsFile } from './indexFiles.ts';

export interface IndexProgress {
  readonly stage: PreparationStage | 'gradients' | 'index';
  readonly done: number;
  readonly total: number;
}

export interface IndexTrainedAdapterPorts {
  readAdapter(id: string): Promise<AdapterRecord | undefined>;
  /** Adds files to those of the adapter; false when it was deleted meanwhile. */
  addAdapterFiles(id: string, files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Promise<boolean>;
  readonly prepare: PrepareTraining;
  findAdapter(id: string): Promise<AdapterChoice | undefined>;
  /** Loads the adapter beside its base. */
  loadAdapter(adapter: AdapterChoice, signal: AbortSignal): Promise<unknown>;
  engine(): Pick<Remote<EngineService>, 'encodeRows' | 'rowGradient'>;
  attribution(): Pick<Remote<AttributionService>, 'sketch' | 'buildIndex'>;
  saveCheckpoint(id: string, step: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  latestCheckpoint(id: string): Promise<{ readonly bytes: Uint8Array } | undefined>;
  deleteCheckpoints(id: string): Promise<void>;
}

export interface IndexTrainedAdapterParameters {
  readonly run: TrainingRun;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: IndexProgress) => void;
}

function noAdapter(adapterId: string): TributaryError {
  return new TributaryError({
    code: 'INDEX_NO_ADAPTER',
    message: 'The adapter of this run is no longer in this browser.',
    facts: { adapterId },
    hint: 'Train it again.',
  });
}

/** Throws `INDEX_NO_ADAPTER` when the adapter was deleted, `RUN_ROWS_CHANGED`, and errors of the ports. */
export async function indexTrainedAdapter(
  { run, signal, onProgress }: IndexTrainedAdapterParameters,
  ports: IndexTrainedAdapterPorts,
): Promise<void> {
  const id = run.adapterId ?? '';
  const [record, adapter] = await Promise.all([ports.readAdapter(id), ports.findAdapter(id)]);
  if (record === undefined || adapter === undefined) throw noAdapter(id);
  const { trained, placebo, encoded, digest } = await ports.prepare(
    { ...run, seed: run.settings.seed },
    { signal, onStage: (stage) => onProgress({ stage, done: 0, total: 0 }) },
  );
  requireSameRows(run, digest);
  await ports.loadAdapter(adapter, signal);
  const heldOut = await ports.engine().encodeRows({ rows: placebo.map(textOf) }, { signal });
  const rows = [
    ...trained.map((row, index) => ({ row, encoded: encoded[index] as EncodedRow, placebo: false })),
    ...placebo.map((row, index) => ({ row, encoded: heldOut[index] as EncodedRow, placebo: true })),
  ];
  const partialId = partialIndexId(run.id);
  const index = await buildIndex(
    {
      rows,
      adapterHash: record.files.find((file) => file.name === 'adapter_model.safetensors')?.sha256,
      signal,
      onRow: (done) => onProgress({ stage: 'gradients', done, total: rows.length }),
      onIndex: () => onProgress({ stage: 'index', done: 0, total: 0 }),
    },
    {
      async *gradients(missing) {
        for (const row of missing) yield ports.engine().rowGradient({ adapterId: id, row }, { signal });
      },
      sketch: (gradient) => ports.attribution().sketch({ gradient }, { signal, transfer: [gradient.buffer] }),
      buildIndex: (request) => ports.attribution().buildIndex(request, { signal }),
      latestPartial: async () => (await ports.latestCheckpoint(partialId))?.bytes,
      savePartial: (rowCount, bytes) => ports.saveCheckpoint(partialId, rowCount, bytes),
    },
  );
  const isThere = await ports.addAdapterFiles(id, { 'index.cbor': index, 'rows.jsonl': rowsFile(trained) });
  if (!isThere) throw noAdapter(id);
  await ports.deleteCheckpoints(partialId);
}
