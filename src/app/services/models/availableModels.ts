// The models that can be chosen: those that this copy of the app offers, and those that the user installed.
import type { InstallRecord } from '../../../models/index.ts';
import { type ConfigModel, config } from '../config.ts';
import { installRecords } from './installs.ts';
import type { AvailableModel } from './types.ts';

function offered(model: ConfigModel, record: InstallRecord | undefined): AvailableModel {
  const { id, name, description, licence, memory, parameters, contextLength, files } = model;
  const [only] = files;
  const sha256 = record?.sha256 ?? (files.length === 1 ? only?.sha256 : undefined);
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

/** The offered ones first. A signal: follows what is installed and deleted. */
export function availableModels(): readonly AvailableModel[] {
  const records = installRecords() ?? [];
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

/** The model that has this source, by which adapters name their base. */
export function modelOfDigest(sha256: string): AvailableModel | undefined {
  return availableModels().find((model) => model.sha256 === sha256);
}
