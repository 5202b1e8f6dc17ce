// Builds the attribution index of a trained adapter: the gradient of every row (engine) made into a small sketch
// (attribution worker). What is done is kept every so many rows, so that a reload goes on where it was.
import { createSignal } from 'solid-js';
import type { IndexRow, Sketch } from '../../attribution/index.ts';
import { contentKey } from '../../datanet/index.ts';
import { isAbort, TributaryError } from '../../lib/errors.ts';
import {
  database,
  deleteCheckpoints,
  latestCheckpoint,
  readAdapterFile,
  saveAdapter,
  saveCheckpoint,
} from '../../store/index.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { findAdapter } from './adapters.ts';
import { attribution } from './attribution.ts';
import { engine, ensureAdapter, noteEngineFailure } from './engine.ts';
import { type SourceRow, textOf } from './sourceRows.ts';
import { type PreparationStage, prepareTraining } from './training.ts';

const keepEvery = 50;

interface PartialIndex {
  readonly parameterCount: number;
  readonly sketches: readonly Sketch[];
}

/** Little-endian: u32 parameter count, u32 sketch size, then for each sketch its exponent (i32) and codes. */
export function encodePartialIndex({ parameterCount, sketches }: PartialIndex): Uint8Array<ArrayBuffer> {
  const size = sketches[0]?.codes.length ?? 0;
  const bytes = new Uint8Array(8 + sketches.length * (4 + size));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, parameterCount, true);
  view.setUint32(4, size, true);
  for (const [index, { codes, exponent }] of sketches.entries()) {
    const offset = 8 + index * (4 + size);
    view.setInt32(offset, exponent, true);
    bytes.set(new Uint8Array(codes.buffer, codes.byteOffset, size), offset + 4);
  }
  return bytes;
}

export function decodePartialIndex(bytes: Uint8Array): PartialIndex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(4, true);
  const count = Math.floor((bytes.byteLength - 8) / (4 + size));
  return {
    parameterCount: view.getUint32(0, true),
    sketches: Array.from({ length: count }, (_, index) => {
      const offset = 8 + index * (4 + size);
      return {
        exponent: view.getInt32(offset, true),
        codes: new Int8Array(bytes.slice(offset + 4, offset + 4 + size).buffer),
      };
    }),
  };
}

export interface IndexProgress {
  readonly stage: PreparationStage | 'gradients' | 'index';
  readonly done: number;
  readonly total: number;
}

export interface BuildIndexOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: IndexProgress) => void;
}

function indexRow(row: SourceRow, sketch: Sketch, placebo: boolean): IndexRow {
  return {
    ...textOf(row),
    account: row.account,
    contribution: row.contribution,
    position: row.position,
    contentKey: contentKey(row.row),
    sketch,
    ...(placebo ? { placebo: true } : {}),
  };
}

/**
 * Adds `index.cbor` and `rows.jsonl` to the adapter of a finished run. Throws `INDEX_NO_ADAPTER` when the adapter was
 * deleted, `ABORTED`, and what engine and attribution throw.
 */
export async function buildAttributionIndex(
  run: TrainingRun,
  { signal, onProgress }: BuildIndexOptions,
): Promise<void> {
  const adapterId = run.adapterId ?? '';
  const [record, choice] = await Promise.all([database().adapters.get(adapterId), findAdapter(adapterId)]);
  const config = await readAdapterFile(adapterId, 'adapter_config.json');
  const weights = await readAdapterFile(adapterId, 'adapter_model.safetensors');
  if (record === undefined || choice === undefined || config === undefined || weights === undefined) {
    throw new TributaryError({
      code: 'INDEX_NO_ADAPTER',
      message: 'The adapter of this run is no longer in this browser.',
      facts: { adapterId },
      hint: 'Train it again.',
    });
  }
  const prepared = await prepareTraining({ ...run, seed: run.settings.seed }, signal, (stage) =>
    onProgress({ stage, done: 0, total: 0 }),
  );
  await ensureAdapter(choice, signal);
  const rows = [...prepared.trained, ...prepared.placebo];
  const encoded = [
    ...prepared.encoded,
    ...(await engine().encodeRows({ rows: prepared.placebo.map(textOf) }, { signal })),
  ];

  const partialId = `${run.id}-index`;
  const kept = await latestCheckpoint(partialId);
  const start = kept === undefined ? { parameterCount: 0, sketches: [] } : decodePartialIndex(kept.bytes);
  const sketches = start.sketches.slice(0, rows.length);
  let { parameterCount } = start;
  let keptCount = sketches.length;
  const keep = async (): Promise<void> => {
    keptCount = sketches.length;
    await saveCheckpoint(partialId, keptCount, encodePartialIndex({ parameterCount, sketches }));
  };
  try {
    for (const row of encoded.slice(sketches.length)) {
      onProgress({ stage: 'gradients', done: sketches.length, total: rows.length });
      const gradient = await engine().rowGradient({ adapterId: choice.id, row }, { signal });
      parameterCount = gradient.length;
      sketches.push(await attribution().sketch({ gradient }, { signal, transfer: [gradient.buffer] }));
      if (sketches.length - keptCount >= keepEvery) await keep();
    }
  } finally {
    // Stopped or failed in the middle: what was done stays.
    if (sketches.length < rows.length && sketches.length > keptCount) await keep();
  }
  onProgress({ stage: 'index', done: 0, total: 0 });
  const adapterHash = record.files.find((file) => file.name === 'adapter_model.safetensors')?.sha256;
  const index = await attribution().buildIndex(
    {
      parameterCount,
      ...(adapterHash === undefined ? {} : { adapterHash }),
      rows: rows.map((row, position) =>
        indexRow(row, sketches[position] as Sketch, position >= prepared.trained.length),
      ),
    },
    { signal },
  );
  const lines = prepared.trained.map((row) => JSON.stringify(textOf(row))).join('\n');
  const { files: _files, ...facts } = record;
  await saveAdapter(facts, {
    'adapter_config.json': config,
    'adapter_model.safetensors': weights,
    'index.cbor': index,
    'rows.jsonl': new TextEncoder().encode(`${lines}\n`),
  });
  await deleteCheckpoints(partialId);
}

export type IndexWork =
  | { readonly runId: string; readonly kind: 'busy'; readonly progress: IndexProgress }
  | { readonly runId: string; readonly kind: 'failed'; readonly error: unknown };

const [work, setWork] = createSignal<IndexWork | undefined>();
/** The index that this tab is building, or why the last one failed. It goes on while other rooms are open. */
export const indexWork = work;

let abort: AbortController | undefined;

/** Starts building; does nothing while one is being built. */
export function startIndex(run: TrainingRun): void {
  if (work()?.kind === 'busy') return;
  const runId = run.id;
  const mine = new AbortController();
  abort = mine;
  setWork({ runId, kind: 'busy', progress: { stage: 'model', done: 0, total: 0 } });
  buildAttributionIndex(run, {
    signal: mine.signal,
    onProgress: (progress) => setWork({ runId, kind: 'busy', progress }),
  }).then(
    () => setWork(undefined),
    (error: unknown) => {
      noteEngineFailure(error);
      setWork(isAbort(error) || mine.signal.aborted ? undefined : { runId, kind: 'failed', error });
    },
  );
}

/** Stops building; what was kept stays. */
export function stopIndex(): void {
  abort?.abort();
}
