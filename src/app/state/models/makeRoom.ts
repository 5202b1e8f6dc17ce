// What could make room for a model: everything of this browser that can be deleted by itself, the largest first.
import type { InstallRecord } from '../../../models/index.ts';
import {
  database,
  deleteAdapter,
  deleteCheckpoints,
  deleteFile,
  freeStorage,
  listFiles,
  listModelPlans,
} from '../../../store/index.ts';
import { externalModel, externalModelId, removeExternalModel, restoreExternalModels } from './chatRuntimes.ts';
import { keptBytes } from './runtimeNeeds.ts';
import type { Deletable, LibraryModel } from './types.ts';

export async function listDeletables(
  toLibraryModel: (record: InstallRecord) => LibraryModel,
): Promise<readonly Deletable[]> {
  const [plans, adapters, adapterFiles, modelFiles, checkpoints, external] = await Promise.all([
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

/** Models that stopped for want of room go on as soon as there is enough. */
async function resumeWhatFits(resume: (id: string) => void): Promise<void> {
  for (const record of await listModelPlans<InstallRecord>()) {
    if (record.stage === 'done' || record.failure?.code !== 'STORE_QUOTA_EXCEEDED') continue;
    const free = await freeStorage();
    if (free === undefined || free > Number(record.failure.facts['neededBytes'] ?? 0)) resume(record.id);
  }
}

async function removeExternal(id: string): Promise<void> {
  const model = externalModel(id);
  if (model !== undefined) await removeExternalModel(model);
}

/** Deletes it, and goes on with the models that fit then. */
export async function makeRoom(
  { kind, id }: Deletable,
  models: { readonly remove: (id: string) => Promise<void>; readonly resume: (id: string) => void },
): Promise<void> {
  if (kind === 'model') await models.remove(id);
  else if (kind === 'adapter') await deleteAdapter(id);
  else if (kind === 'checkpoint') await deleteCheckpoints(id);
  else if (kind === 'runtime') await removeExternal(id);
  else await deleteFile('models', id);
  await resumeWhatFits(models.resume);
}
