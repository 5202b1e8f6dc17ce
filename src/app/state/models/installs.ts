// Models on their way into this browser: one run each in this tab's worker, its progress told to the other tabs, theirs heard
// here. Who is at work is known by the lock of each model, which ends with its tab.
import { createSignal } from 'solid-js';
import type { TributaryError } from '../../../lib/errors.ts';
import { type InstallProgress, type InstallRecord, isSourceName, lockOf, storedNames } from '../../../models/index.ts';
import {
  database,
  deleteFile,
  deleteModelPlan,
  listFiles,
  listModelIds,
  listModelPlans,
  liveQuery,
  updateModelPlan,
} from '../../../store/index.ts';
import { hubToken, modelsWorker, onModelsWorkerFailure } from './worker.ts';

type Message =
  | { readonly kind: 'progress'; readonly progress: InstallProgress }
  | { readonly kind: 'stop'; readonly id: string };

/** A file that the user dropped, by its path in what was dropped. */
export interface DroppedFile {
  readonly name: string;
  readonly blob: Blob;
}

interface Run {
  readonly abort: AbortController;
  readonly promise: Promise<InstallRecord>;
}

const [records, setRecords] = createSignal<readonly InstallRecord[] | undefined>();
const [live, setLive] = createSignal<ReadonlyMap<string, InstallProgress>>(new Map());
const [elsewhere, setElsewhere] = createSignal<ReadonlySet<string>>(new Set());

/** The newest progress of a model that is being installed, in this tab or another. */
export const liveProgress = live;
/** Models that another tab is at. */
export const installingElsewhere = elsewhere;

const runs = new Map<string, Run>();
const dropped = new Map<string, readonly DroppedFile[]>();
const followers = new Set<(progress: InstallProgress) => void>();
let channel: BroadcastChannel | undefined;

function note(progress: InstallProgress): void {
  setLive((before) => {
    const next = new Map(before);
    if (progress.phase === 'ended') next.delete(progress.id);
    else next.set(progress.id, progress);
    return next;
  });
  for (const follower of followers) follower(progress);
}

/** Another tab holds the lock of `id`: until it is free, that tab is at work. */
function watch(id: string): void {
  if (elsewhere().has(id)) return;
  setElsewhere((before) => new Set([...before, id]));
  void storedNames(id).then(({ lock }) =>
    navigator.locks.request(lock, async () => {
      setElsewhere((before) => new Set([...before].filter((other) => other !== id)));
      if (!runs.has(id)) note({ id, phase: 'ended', doneBytes: 0, totalBytes: 0 });
    }),
  );
}

/** The models of the journal by the prefix of their stored files. */
export async function installsByKey(): Promise<ReadonlyMap<string, InstallRecord>> {
  const plans = await listModelPlans<InstallRecord>();
  return new Map(await Promise.all(plans.map(async (plan) => [(await storedNames(plan.id)).key, plan] as const)));
}

async function watchHeldLocks(): Promise<void> {
  const held = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
  for (const [key, { id }] of await installsByKey()) if (held.has(lockOf(key)) && !runs.has(id)) watch(id);
}

/** Prefixes of the stored files of all models of the journal, also of those whose record cannot be read. */
async function listedKeys(): Promise<ReadonlySet<string>> {
  const names = await Promise.all((await listModelIds()).map(storedNames));
  return new Set(names.map(({ key }) => key));
}

/**
 * Deletes what a crash left: files of models that are not listed, and downloads of models that are packed. What belongs to a damaged
 * record stays: the version that wrote it, or the same model installed again, goes on with it.
 */
async function tidy(): Promise<void> {
  const byModel = Map.groupBy(await listFiles('models'), ({ name }) => name.match(/^([0-9a-f]{24})-/)?.[1]);
  for (const [key, files] of byModel) {
    if (key === undefined) continue;
    // Whoever holds the lock is at work on these files.
    await navigator.locks.request(lockOf(key), { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      const [plan, listed] = [(await installsByKey()).get(key), await listedKeys()];
      for (const { name } of files) {
        const isUsed = plan === undefined ? listed.has(key) : plan.stage !== 'done' || !isSourceName(name);
        if (!isUsed) await deleteFile('models', name);
      }
    });
  }
}

let begun = false;

function begin(): void {
  if (begun) return;
  begun = true;
  channel = new BroadcastChannel('tributary-models');
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'stop') {
      if (runs.has(data.id)) void stopInstall(data.id);
    } else if (!runs.has(data.progress.id)) {
      note(data.progress);
      if (data.progress.phase !== 'ended') watch(data.progress.id);
    }
  });
  liveQuery(() => database().models.toArray()).subscribe({
    next: (rows) => setRecords(rows.map(({ plan }) => plan as InstallRecord)),
    // A browser that keeps nothing has no models to list; whoever wants to keep one is told by the write.
    error: () => setRecords([]),
  });
  void watchHeldLocks();
  void tidy();
}

/** The journal, followed; undefined until it was read. */
export function installRecords(): readonly InstallRecord[] | undefined {
  begin();
  return records();
}

/** Calls `listener` with every progress of every model. Returns the end of it. */
export function followInstalls(listener: (progress: InstallProgress) => void): () => void {
  begin();
  followers.add(listener);
  return () => followers.delete(listener);
}

/** Files for a model that was dropped; held until the page goes. */
export function holdDropped(id: string, files: readonly DroppedFile[]): void {
  dropped.set(id, files);
}

/** Whether the dropped files of a model are at hand. */
export function hasDropped(id: string): boolean {
  return dropped.has(id);
}

/** Installs a model of the journal, or joins the run that is at it. Rejects with what stopped it. */
export function runInstall(id: string): Promise<InstallRecord> {
  begin();
  const running = runs.get(id);
  if (running !== undefined) return running.promise;
  const abort = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<InstallRecord>();
  runs.set(id, { abort, promise });
  note({ id, phase: 'queued', doneBytes: 0, totalBytes: 0 });
  const token = hubToken();
  const files = dropped.get(id);
  const stopListening = onModelsWorkerFailure((error: TributaryError) => {
    void updateModelPlan(id, { failure: error.serialize() });
    reject(error);
  });
  modelsWorker()
    .install(
      { id, ...(token === undefined ? {} : { token }), ...(files === undefined ? {} : { dropped: files }) },
      {
        signal: abort.signal,
        onProgress: (progress: InstallProgress) => {
          if (runs.get(id)?.promise !== promise) return;
          note(progress);
          // Waiting for the lock is no work that others could follow.
          if (progress.phase !== 'queued') channel?.postMessage({ kind: 'progress', progress } satisfies Message);
        },
      },
    )
    .then(resolve, reject);
  const end = (): void => {
    stopListening();
    if (runs.get(id)?.promise === promise) runs.delete(id);
    note({ id, phase: 'ended', doneBytes: 0, totalBytes: 0 });
  };
  promise.then(end, end);
  return promise;
}

/** Stops the work on a model in whichever tab it is; what has arrived stays in this browser. */
export async function stopInstall(id: string): Promise<void> {
  begin();
  const running = runs.get(id);
  if (running === undefined && elsewhere().has(id)) {
    channel?.postMessage({ kind: 'stop', id } satisfies Message);
    return;
  }
  running?.abort.abort();
  await running?.promise.catch(() => undefined);
  // After the end: a run that was just beginning says in the journal that it is not paused.
  await updateModelPlan(id, { paused: true });
}

/** Deletes a model and everything of it, wherever it stands. The record goes first: nothing half-deleted looks installed. */
export async function deleteInstall(record: InstallRecord): Promise<void> {
  const { id } = record;
  await stopInstall(id);
  const names = await storedNames(id);
  await navigator.locks.request(names.lock, async () => {
    await deleteModelPlan(id);
    await deleteFile('models', names.packed);
    for (const index of record.files.keys()) await deleteFile('models', names.source(index));
  });
  dropped.delete(id);
}
