// The library of models in this browser: what is installed, what is on its way, and what could make room.
import { toTributaryError } from '../../../lib/errors.ts';
import type { InstallRecord } from '../../../models/index.ts';
import {
  database,
  deleteAdapter,
  deleteCheckpoints,
  deleteFile,
  freeStorage,
  listFiles,
  listModelPlans,
  readModelPlan,
} from '../../../store/index.ts';
import { cancelLoading, engineState } from '../engine.ts';
import { externalModel, externalModelId, removeExternalModel, restoreExternalModels } from './chatRuntimes.ts';
import { filesOfInput } from './droppedFiles.ts';
import { installState } from './installState.ts';
import {
  deleteInstall,
  hasDropped,
  holdDropped,
  installingElsewhere,
  installRecords,
  installsByKey,
  liveProgress,
  runInstall,
  stopInstall,
} from './installs.ts';
import type { Deletable, Library, LibraryModel } from './types.ts';

/** Goes on with a model. What stops it stands in the journal, which the list shows. */
function resume(id: string): void {
  runInstall(id).catch((error: unknown) => void toTributaryError(error));
}

function toLibraryModel(record: InstallRecord): LibraryModel {
  const { id, name, source, format, licence, architecture, parameterCount, contextLength, createdAt, usedAt } = record;
  const state = installState({
    record,
    progress: liveProgress().get(id),
    elsewhere: installingElsewhere().has(id),
    hasDropped: hasDropped(id),
  });
  return {
    id,
    name,
    source,
    format,
    ...(licence === undefined ? {} : { licence }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(parameterCount === undefined ? {} : { parameterCount }),
    ...(contextLength === undefined ? {} : { contextLength }),
    bytes: record.stage === 'done' ? (record.packedBytes ?? 0) : 'doneBytes' in state ? state.doneBytes : 0,
    createdAt,
    ...(usedAt === undefined ? {} : { usedAt }),
    ...(record.sha256 === undefined ? {} : { sha256: record.sha256 }),
    state,
  };
}

const newest = (model: LibraryModel): number => model.usedAt ?? model.createdAt;

/** Models that stopped for want of room go on as soon as there is enough. */
async function resumeWhatFits(): Promise<void> {
  for (const record of await listModelPlans<InstallRecord>()) {
    if (record.stage === 'done' || record.failure?.code !== 'STORE_QUOTA_EXCEEDED') continue;
    const free = await freeStorage();
    if (free === undefined || free > Number(record.failure.facts['neededBytes'] ?? 0)) resume(record.id);
  }
}

async function deletables(): Promise<readonly Deletable[]> {
  const [{ keptBytes }, plans, adapters, adapterFiles, modelFiles, checkpoints, external] = await Promise.all([
    import('./runtimeNeeds.ts'),
    listModelPlans<InstallRecord>(),
    database().adapters.toArray(),
    listFiles('adapters'),
    listFiles('models'),
    database().checkpoints.toArray(),
    restoreExternalModels(),
  ]);
  const models = plans.map((plan): Deletable => {
    const { id, name, bytes, usedAt } = toLibraryModel(plan);
    return { kind: 'model', id, name, bytes, ...(usedAt === undefined ? {} : { usedAt }) };
  });
  const trained = adapters.map((adapter): Deletable => {
    const bytes = adapterFiles
      .filter(({ facts }) => facts['adapter'] === adapter.id)
      .reduce((sum, file) => sum + file.bytes, 0);
    return { kind: 'adapter', id: adapter.id, name: adapter.name, bytes };
  });
  const runs = [...new Set(checkpoints.map(({ runId }) => runId))];
  const kept = await Promise.all(
    runs.map(async (runId): Promise<Deletable> => {
      const bytes = checkpoints.filter((each) => each.runId === runId).reduce((sum, each) => sum + each.bytes, 0);
      return { kind: 'checkpoint', id: runId, name: (await database().runs.get(runId))?.name ?? runId, bytes };
    }),
  );
  const runtimes = await Promise.all(
    external.map(
      async (model): Promise<Deletable> => ({
        kind: 'runtime',
        id: externalModelId(model),
        name: model.name,
        bytes: await keptBytes(model),
      }),
    ),
  );
  // Files of earlier versions, which no record names.
  const others = modelFiles
    .filter(({ name }) => !/^[0-9a-f]{24}-/.test(name))
    .map(({ name, bytes, facts }): Deletable => ({ kind: 'file', id: name, name: facts['title'] ?? name, bytes }));
  return [...models, ...trained, ...kept, ...runtimes, ...others]
    .filter(({ bytes }) => bytes > 0)
    .sort((left, right) => right.bytes - left.bytes);
}

async function remove(id: string): Promise<void> {
  // What is being read would vanish under the reader; what is read already lies on the device.
  const state = engineState();
  if ('modelId' in state && state.modelId === id) cancelLoading();
  const record = await readModelPlan<InstallRecord>(id);
  if (record !== undefined) await deleteInstall(record);
}

async function removeExternal(id: string): Promise<void> {
  const model = externalModel(id);
  if (model !== undefined) await removeExternalModel(model);
}

/** The model that a file of storage belongs to. */
export async function modelOfStoredFile(name: string): Promise<string | undefined> {
  return (await installsByKey()).get(name.slice(0, name.indexOf('-')))?.id;
}

export const library: Library = {
  models: () =>
    installRecords()
      ?.map(toLibraryModel)
      .sort((left, right) => newest(right) - newest(left)),
  pause: (id) => void stopInstall(id),
  resume,
  async giveFiles(id, files) {
    const record = await readModelPlan<InstallRecord>(id);
    if (record === undefined) return;
    const given = filesOfInput(files);
    // The folder may lie elsewhere now; name and size tell which file is which, the hash whether it is the same.
    const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
    holdDropped(
      id,
      record.files.flatMap(({ name }) => {
        const found =
          given.find((file) => file.name === name) ?? given.find((file) => baseOf(file.name) === baseOf(name));
        return found === undefined ? [] : [{ name, blob: found.blob }];
      }),
    );
    resume(id);
  },
  remove,
  deletables,
  async makeRoom({ kind, id }) {
    if (kind === 'model') await remove(id);
    else if (kind === 'adapter') await deleteAdapter(id);
    else if (kind === 'checkpoint') await deleteCheckpoints(id);
    else if (kind === 'runtime') await removeExternal(id);
    else await deleteFile('models', id);
    await resumeWhatFits();
  },
};
