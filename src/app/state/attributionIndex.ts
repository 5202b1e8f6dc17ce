// The attribution index that this tab is building, as a signal. Building goes on while other rooms are open.
import { createSignal } from 'solid-js';
import { isAbort, TributaryError } from '../../lib/errors.ts';
import { addAdapterFiles, deleteCheckpoints, latestCheckpoint, saveCheckpoint } from '../../store/index.ts';
import { partialIndexId } from '../../workflows/adapters/indexFiles.ts';
import type { IndexProgress } from '../../workflows/adapters/indexTrainedAdapter.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { findAdapter, findStoredAdapter } from './adapters.ts';
import { attribution } from './attribution.ts';
import { engine, ensureAdapter, noteEngineFailure } from './engine.ts';
import { indexLock, withRunLock } from './runLocks.ts';
import { prepareTraining } from './training.ts';

export type IndexWork =
  | { readonly runId: string; readonly kind: 'busy'; readonly progress: IndexProgress }
  | { readonly runId: string; readonly kind: 'failed'; readonly error: unknown };

const [work, setWork] = createSignal<IndexWork | undefined>();
/** The index that is being built, or why the last one failed. */
export const indexWork = work;

let abort: AbortController | undefined;

/** Does `work` unless another tab builds the index of this run: both would do it all, and the last file would stay. */
function exclusively(runId: string, work: () => Promise<void>): Promise<void> {
  return withRunLock(indexLock(runId), work, () => {
    throw new TributaryError({
      code: 'INDEX_ELSEWHERE',
      message: 'Another tab of this browser is building this index.',
      facts: { runId },
      hint: 'Wait for it there, or stop it there and continue here: what is done stays.',
    });
  });
}

async function build(run: TrainingRun, signal: AbortSignal): Promise<void> {
  const { indexTrainedAdapter } = await import('../../workflows/adapters/indexTrainedAdapter.ts');
  await indexTrainedAdapter(
    { run, signal, onProgress: (progress) => setWork({ runId: run.id, kind: 'busy', progress }) },
    {
      readAdapter: findStoredAdapter,
      addAdapterFiles,
      prepare: prepareTraining,
      findAdapter,
      loadAdapter: ensureAdapter,
      engine,
      attribution,
      saveCheckpoint,
      latestCheckpoint,
      deleteCheckpoints,
    },
  );
}

/** Starts building; does nothing while an index is being built. Fails with `INDEX_ELSEWHERE` while another tab builds it. */
export function startIndex(run: TrainingRun): void {
  if (work()?.kind === 'busy') return;
  const runId = run.id;
  const mine = new AbortController();
  abort = mine;
  setWork({ runId, kind: 'busy', progress: { stage: 'model', done: 0, total: 0 } });
  exclusively(runId, () => build(run, mine.signal)).then(
    () => setWork(undefined),
    (error: unknown) => {
      noteEngineFailure(error);
      setWork(isAbort(error) || mine.signal.aborted ? undefined : { runId, kind: 'failed', error });
    },
  );
}

/** Stops building; the sketches made so far stay. */
export function stopIndex(): void {
  abort?.abort();
}

/** Whether building the index of a run would go on from an earlier attempt. */
export async function hasPartialIndex(runId: string): Promise<boolean> {
  return (await latestCheckpoint(partialIndexId(runId))) !== undefined;
}
