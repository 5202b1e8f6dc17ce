// The models that can be chosen: those that this copy of the app offers, and those that the user installed.
import { type InstallRecord, sourceDigest } from '../../../models/index.ts';
import { listModelPlans } from '../../../store/index.ts';
import { type ConfigModel, config } from '../config.ts';
import { installRecords } from './installs.ts';
import type { AvailableModel } from './types.ts';

function offered(model: ConfigModel, record: InstallRecord | undefined): AvailableModel {
  const { id, name, description, licence, memory, parameters, contextLength, files } = model;
  const hashed = files.flatMap((file) => (file.sha256 === undefined ? [] : [{ ...file, sha256: file.sha256 }]));
  const announced = hashed.length > 0 && hashed.length === files.length ? sourceDigest(hashed) : undefined;
  const sha256 = announced ?? record?.sha256;
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
  return available(installRecords() ?? []);
}

/** The same, read now: for whoever must not miss an installed model. */
export async function listModels(): Promise<readonly AvailableModel[]> {
  return available(await listModelPlans<InstallRecord>());
}
