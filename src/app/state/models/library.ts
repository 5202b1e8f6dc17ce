// The library of models in this browser: what is installed, what is on its way, and what could make room.
import { toTributaryError } from '../../../lib/errors.ts';
import type { InstallRecord } from '../../../models/index.ts';
import { readModelPlan } from '../../../store/index.ts';
import { cancelLoading, engineState } from '../engine.ts';
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
import type { Library, LibraryModel } from './types.ts';

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

async function remove(id: string): Promise<void> {
  // What is being read would vanish under the reader; what is read already lies on the device.
  const state = engineState();
  if ('modelId' in state && state.modelId === id) cancelLoading();
  const record = await readModelPlan<InstallRecord>(id);
  if (record !== undefined) await deleteInstall(record);
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
  deletables: async () => (await import('./makeRoom.ts')).listDeletables(toLibraryModel),
  makeRoom: async (item) => (await import('./makeRoom.ts')).makeRoom(item, { remove, resume }),
};
