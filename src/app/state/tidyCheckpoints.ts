// Deletes checkpoints that nobody needs any more, which a page leaves that went away between the end of a run and its tidying.
import { lazy } from '../../lib/lazy.ts';
import { database, deleteCheckpoints, deleteFile, listFiles } from '../../store/index.ts';
import { partialIndexId } from '../../workflows/adapters/indexFiles.ts';
import { isCheckpointLeft } from '../../workflows/training/isCheckpointLeft.ts';
import { indexLock, runLock, whileTidying } from './runLocks.ts';

const INDEX = partialIndexId('');

/** Does `work` unless this or another tab works on the run. */
async function unlessAtWork(runId: string, work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(runLock(runId), { ifAvailable: true }, async (mine) => {
    if (mine === null) return;
    await navigator.locks.request(indexLock(runId), { ifAvailable: true }, async (alsoMine) => {
      if (alsoMine !== null) await work();
    });
  });
}

async function isLeft(owner: string, runId: string): Promise<boolean> {
  const { runs, adapters } = database();
  const run = await runs.get(runId);
  // A damaged record is read as absent; its key is there.
  const isRunThere = (await runs.where('id').equals(runId).count()) > 0;
  const adapterId = (run?.data as { readonly adapterId?: string } | undefined)?.adapterId;
  const adapter = adapterId === undefined ? undefined : await adapters.get(adapterId);
  const isAdapterThere = adapterId !== undefined && (await adapters.where('id').equals(adapterId).count()) > 0;
  return isCheckpointLeft({
    of: owner === runId ? 'run' : 'index',
    run: run ?? (isRunThere ? 'unreadable' : 'absent'),
    adapter: adapter ?? (isAdapterThere ? 'unreadable' : 'absent'),
  });
}

async function tidy(): Promise<void> {
  const { checkpoints } = database();
  const [ids, owners, files] = await Promise.all([
    checkpoints.toCollection().primaryKeys(),
    checkpoints.orderBy('runId').uniqueKeys(),
    listFiles('checkpoints'),
  ]);
  const listed = new Set(ids);
  for (const owner of owners.map(String)) {
    const runId = owner.endsWith(INDEX) ? owner.slice(0, -INDEX.length) : owner;
    await unlessAtWork(runId, async () => {
      if (await isLeft(owner, runId)) await deleteCheckpoints(owner);
    });
  }
  // The record comes after the file: a file without one was being written when the page went.
  for (const { name } of files.filter((file) => !listed.has(file.name))) {
    const owner = name.replace(/-\d+$/, '');
    const runId = owner.endsWith(INDEX) ? owner.slice(0, -INDEX.length) : owner;
    await unlessAtWork(runId, async () => {
      if ((await checkpoints.where('id').equals(name).count()) === 0) await deleteFile('checkpoints', name);
    });
  }
}

const once = lazy(() => whileTidying(tidy));

/** Once in the life of a page. */
export function tidyCheckpoints(): Promise<void> {
  return once.get();
}
