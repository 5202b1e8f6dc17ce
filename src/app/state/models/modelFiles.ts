// The files of a model to load, whether this copy of the app offers it or the user installed it: one path. What is missing is
// fetched and packed first; what is there is read without asking the network for anything.
import { TributaryError, toTributaryError } from '../../../lib/errors.ts';
import { type InstallProgress, type InstallRecord, type PlannedFile, storedNames } from '../../../models/index.ts';
import { readFile, readModelPlan, storedBytes, updateModelPlan, writeModelPlan } from '../../../store/index.ts';
import { type ConfigModel, config } from '../config.ts';
import { download, isMemoryOnly } from '../download.ts';
import { deleteInstall, followInstalls, runInstall, stopInstall } from './installs.ts';
import { modelsWorker } from './worker.ts';

export interface ModelFiles {
  readonly files: readonly { readonly name: string; readonly blob: Blob }[];
  /** Tokens to reserve; absent: the engine's default. */
  readonly contextLength?: number;
}

export interface ModelFilesOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
}

function unknownModel(modelId: string): TributaryError {
  return new TributaryError({
    code: 'APP_MODEL_UNKNOWN',
    message: `There is no model "${modelId}" here.`,
    facts: { modelId },
    hint: 'Choose another model from the list.',
  });
}

const stored = { weights: 'stored', embedding: 'stored', head: 'stored' } as const;

/** Sizes that the configuration leaves out are asked for. */
async function plannedFiles(model: ConfigModel, signal: AbortSignal): Promise<readonly PlannedFile[]> {
  const located = model.files.map((file) => ({ ...file, url: new URL(file.url, document.baseURI).href }));
  const unknown = located.filter(({ bytes }) => bytes === undefined).map(({ url }) => url);
  const sizes = unknown.length === 0 ? [] : await modelsWorker().measure({ urls: unknown }, { signal });
  return located.map(({ name, url, bytes, sha256 }) => ({
    name,
    bytes: bytes ?? sizes[unknown.indexOf(url)] ?? 0,
    ...(sha256 === undefined ? {} : { sha256 }),
    location: { kind: 'http', url },
  }));
}

/** Whether what is kept was made from the files that the configuration names now. */
function isCurrent(record: InstallRecord, model: ConfigModel): boolean {
  return (
    record.files.length === model.files.length &&
    model.files.every(({ sha256 }, index) => sha256 === undefined || sha256 === record.files[index]?.sha256)
  );
}

/** The journal of an offered model: written now when it was not there, anew when the configuration names other files. */
async function offeredRecord(model: ConfigModel, signal: AbortSignal): Promise<InstallRecord> {
  const known = await readModelPlan<InstallRecord>(model.id);
  if (known !== undefined && isCurrent(known, model)) return known;
  if (known !== undefined) await deleteInstall(known);
  const files = await plannedFiles(model, signal);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const record: InstallRecord = {
    id: model.id,
    name: model.name,
    source: { kind: 'offered' },
    format: '',
    licence: model.licence,
    packing: stored,
    files,
    ...(model.parameters === undefined ? {} : { parameterCount: model.parameters }),
    ...(model.contextLength === undefined ? {} : { reservedTokens: model.contextLength }),
    createdAt: Date.now(),
    stage: 'downloading',
    doneBytes: 0,
    expectedBytes: bytes,
    paused: false,
    failure: null,
  };
  await writeModelPlan(model.id, record);
  return record;
}

/** Of a model that is done; undefined when the browser has lost its bytes. */
async function packedFiles(record: InstallRecord): Promise<ModelFiles | undefined> {
  const blob = await readFile('models', (await storedNames(record.id)).packed);
  if (blob === undefined || blob.size !== record.packedBytes) return undefined;
  return {
    // Not the name of what it was packed from: "….gguf" would promise another format.
    files: [{ name: `${record.name}, packed`, blob }],
    ...(record.reservedTokens === undefined ? {} : { contextLength: record.reservedTokens }),
  };
}

async function install(id: string, { signal, onProgress }: ModelFilesOptions): Promise<InstallRecord> {
  const unfollow = followInstalls((progress) => {
    if (progress.id === id) onProgress(progress);
  });
  const stop = (): void => void stopInstall(id);
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    return await runInstall(id);
  } finally {
    signal.removeEventListener('abort', stop);
    unfollow();
  }
}

/** A full browser: checked as always, held in memory, gone with the page. */
async function filesInMemory(model: ConfigModel, { signal, onProgress }: ModelFilesOptions): Promise<ModelFiles> {
  const totalBytes = model.files.reduce((total, file) => total + (file.bytes ?? 0), 0);
  const files: { name: string; blob: Blob }[] = [];
  let before = 0;
  for (const file of model.files) {
    const offset = before;
    const blob = await download('models', file, {
      signal,
      onProgress: ({ loadedBytes }) =>
        onProgress({ id: model.id, phase: 'downloading', doneBytes: offset + loadedBytes, totalBytes }),
    });
    before += blob.size;
    files.push({ name: file.name, blob });
  }
  return { files, ...(model.contextLength === undefined ? {} : { contextLength: model.contextLength }) };
}

/**
 * The files of the model `modelId`. Throws `APP_MODEL_UNKNOWN`, or what stops its installation; on abort that stops too, and
 * what has arrived stays in this browser.
 */
export async function modelFiles(modelId: string, options: ModelFilesOptions): Promise<ModelFiles> {
  const offered = config().models.find(({ id }) => id === modelId);
  if (offered !== undefined && (await isMemoryOnly())) return await filesInMemory(offered, options);
  const record =
    offered === undefined ? await readModelPlan<InstallRecord>(modelId) : await offeredRecord(offered, options.signal);
  if (record === undefined) throw unknownModel(modelId);
  const kept = record.stage === 'done' ? await packedFiles(record) : undefined;
  if (record.stage === 'done' && kept === undefined)
    await updateModelPlan(modelId, { stage: 'downloading', doneBytes: 0 });
  const files = kept ?? (await packedFiles(await install(modelId, options)));
  if (files === undefined) throw unknownModel(modelId);
  await noteUse(modelId);
  return files;
}

async function noteUse(modelId: string): Promise<void> {
  try {
    await updateModelPlan(modelId, { usedAt: Date.now() });
  } catch (error) {
    // A full browser can still use what it has.
    if (toTributaryError(error).code !== 'STORE_QUOTA_EXCEEDED') throw error;
  }
}

/** Bytes that loading a model would still have to fetch. */
export async function missingBytes(modelId: string): Promise<number> {
  const record = await readModelPlan<InstallRecord>(modelId);
  const offered = config().models.find(({ id }) => id === modelId);
  const current = record !== undefined && (offered === undefined || isCurrent(record, offered)) ? record : undefined;
  if (current?.stage === 'done') return 0;
  const files: readonly { readonly bytes?: number | undefined; readonly sha256?: string | undefined }[] =
    current?.files ?? offered?.files ?? [];
  const names = await storedNames(modelId);
  const missing = await Promise.all(
    files.map(async ({ bytes = 0, sha256 }, index) => {
      const kept = current === undefined ? 0 : await storedBytes('models', names.source(index));
      const older = sha256 === undefined ? undefined : await readFile('models', sha256);
      return older === undefined ? Math.max(0, bytes - kept) : 0;
    }),
  );
  return missing.reduce((sum, bytes) => sum + bytes, 0);
}
