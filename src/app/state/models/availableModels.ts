// The models that can be chosen: those that this copy of the app offers, and those that the user installed.
import { createSignal } from 'solid-js';
import { lazy } from '../../../lib/lazy.ts';
import { type InstallRecord, sourceDigest } from '../../../models/index.ts';
import { listModelPlans } from '../../../store/index.ts';
import { type ConfigModel, config } from '../config.ts';
import { installRecords } from './installs.ts';
import type { AvailableModel } from './types.ts';

/** Identities of the offered models, by id, as the configuration announces them; empty until they are computed. */
const [announced, setAnnounced] = createSignal<ReadonlyMap<string, string>>(new Map());

const announce = lazy(async () => {
  const digests = new Map<string, string>();
  for (const { id, files } of config().models) {
    const hashed = files.flatMap((file) => (file.sha256 === undefined ? [] : [{ ...file, sha256: file.sha256 }]));
    if (hashed.length > 0 && hashed.length === files.length) digests.set(id, await sourceDigest(hashed));
  }
  setAnnounced(digests);
});

function offered(model: ConfigModel, record: InstallRecord | undefined): AvailableModel {
  const { id, name, description, licence, memory, parameters, contextLength } = model;
  const sha256 = announced().get(id) ?? record?.sha256;
  return {
    id,
    name,
    description,
    licence,
    memory,
    downloaded: record?.stage === 'done',
    ...(parameters === undefined ? {} : { parameterCount: parameters }),
    ...(contextLength === undefined ? {} : { contextLength }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

function installed(record: InstallRecord): AvailableModel {
  const { id, name, format, licence, parameterCount, reservedTokens, sha256 } = record;
  return {
    id,
    name,
    description: format,
    licence: licence ?? '',
    memory: true,
    downloaded: true,
    ...(parameterCount === undefined ? {} : { parameterCount }),
    ...(reservedTokens === undefined ? {} : { contextLength: reservedTokens }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

function available(records: readonly InstallRecord[]): readonly AvailableModel[] {
  const own = records.filter(({ stage, source }) => stage === 'done' && source.kind !== 'offered');
  return [
    ...config().models.map((model) =>
      offered(
        model,
        records.find(({ id }) => id === model.id),
      ),
    ),
    ...own.map(installed),
  ];
}

/** The offered ones first. A signal: follows what is installed and deleted, once the journal was read. */
export function availableModels(): readonly AvailableModel[] {
  void announce.get();
  return available(installRecords() ?? []);
}

/** The same, read now: for whoever must not miss an installed model. */
export async function listModels(): Promise<readonly AvailableModel[]> {
  await announce.get();
  return available(await listModelPlans<InstallRecord>());
}
