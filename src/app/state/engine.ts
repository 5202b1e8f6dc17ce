// The engine worker and what is loaded in it: one base model, any number of adapters beside it. The first use starts it; rooms
// that ask for the same model share one loading. Its state is one signal that any room may show.
import { createSignal } from 'solid-js';
import type {
  AdapterSummary,
  ComputeDtype,
  DeviceChoice,
  DeviceReport,
  EngineService,
  LoadProgress,
  ModelSummary,
  VariantReport,
} from '../../engine/index.ts';
import { abortable } from '../../lib/abortable.ts';
import { isAbort, TributaryError } from '../../lib/errors.ts';
import type { Remote } from '../../lib/rpc.ts';
import { readSetting, writeSetting } from '../../store/index.ts';
import { adapterData } from '../../workflows/adapters/adapterRecord.ts';
import { keepAdapters } from '../../workflows/adapters/keepAdapters.ts';
import type { AdapterChoice, AdapterFileName } from './adapters.ts';
import { checkDevice } from './checkDevice.ts';
import { readDeviceSetting } from './deviceSetting.ts';
import { mergeVariants } from './mergeVariants.ts';
import { listModels } from './models/availableModels.ts';
import { settingKeys } from './settingKeys.ts';
import { lazyWorker } from './workers.ts';

export type EngineState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'checking' | 'downloading' | 'packing' | 'reading' | 'compiling' | 'trying';
      readonly modelId: string;
      readonly doneBytes?: number;
      readonly totalBytes?: number;
      readonly bytesPerSecond?: number;
    }
  | { readonly phase: 'ready'; readonly modelId: string; readonly summary: ModelSummary; readonly device: DeviceReport }
  | { readonly phase: 'failed'; readonly modelId?: string; readonly error: unknown };

const loadPhases = { read: 'reading', compile: 'compiling', probe: 'trying' } as const;

const [state, setState] = createSignal<EngineState>({ phase: 'idle' });
const [obstacle, setObstacle] = createSignal<TributaryError | undefined>();
/** Why the last loading fell back to the CPU; undefined when it did not. */
export const deviceObstacle = obstacle;
/** What the engine is doing. */
export const engineState = state;

const worker = lazyWorker<EngineService>(
  'engine',
  () => new Worker(new URL('../../../workers/engine.ts', import.meta.url), { type: 'module', name: 'engine' }),
  (error) => fail(error),
);

/** The engine's methods. Load a model first: `ensureModel`. */
export function engine(): Remote<EngineService> {
  return worker.remote();
}

/** Milliseconds in which the next call of the same work follows: the influence of many rows is a call per row. */
const BETWEEN_CALLS = 100;

interface Loading {
  readonly modelId: string;
  readonly promise: Promise<ModelSummary>;
  readonly abort: AbortController;
}

let loading: Loading | undefined;
const adapters = keepAdapters<AdapterChoice>({ load: loadAdapter, unload: (id) => engine().unloadAdapter({ id }) });

/** The model that was ready before the loading under way; `isEvicted`: the engine was asked for the other one already. */
let previous:
  | {
      readonly loading: Loading;
      readonly state: EngineState;
      readonly restoreAdapters: () => void;
      isEvicted: boolean;
    }
  | undefined;

function fail(error: unknown): void {
  const modelId = loading?.modelId;
  loading = undefined;
  previous = undefined;
  adapters.clear();
  setState({ phase: 'failed', error, ...(modelId === undefined ? {} : { modelId }) });
}

/** Whether an error means that everything on the device is gone. */
export function isDeviceLost(error: unknown): boolean {
  return error instanceof TributaryError && /DEVICE_LOST|APP_WORKER_FAILED|OUT_OF_MEMORY|_NOT_LOADED/.test(error.code);
}

/** Terminates the worker with everything that is loaded in it; the next `ensureModel` loads again. Chats are not touched. */
export function resetEngine(): void {
  loading?.abort.abort();
  worker.restart();
  loading = undefined;
  previous = undefined;
  adapters.clear();
  setState({ phase: 'idle' });
}

/** What the engine is doing for somebody that a reset would end. Loading is not among it: the next use loads again. */
export type EngineWork = 'answer' | 'training' | 'influence' | 'quality';

const workOf: Readonly<Record<string, EngineWork>> = {
  chat: 'answer',
  train: 'training',
  rowGradient: 'influence',
  measureQuality: 'quality',
};

/** What a change of the device would end now. */
export function engineWork(): readonly EngineWork[] {
  return [...new Set(worker.pending().flatMap((method) => workOf[method] ?? []))];
}

/** Resolves when the engine has nothing to do, also between two calls of the same work. */
export async function engineIdle(): Promise<void> {
  do {
    await worker.idle();
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_CALLS));
  } while (engineWork().length > 0);
}

/** The device that was chosen. */
export async function chosenDevice(): Promise<DeviceChoice> {
  return (await readDeviceSetting()) ?? 'automatic';
}

/** The compute dtype for prompts and answers that was chosen. */
export async function chosenComputeDtype(): Promise<ComputeDtype> {
  return (await readSetting<ComputeDtype>(settingKeys.arithmetic)) ?? 'float32';
}

/** Takes effect with the next loading; a loaded model is dropped. */
export async function chooseDevice(device: DeviceChoice): Promise<void> {
  await writeSetting(settingKeys.device, device);
  resetEngine();
}

/** Takes effect with the next loading; a loaded model is dropped. */
export async function chooseComputeDtype(computeDtype: ComputeDtype): Promise<void> {
  await writeSetting(settingKeys.arithmetic, computeDtype);
  resetEngine();
}

/** Stops loading a model; what was downloaded stays, and the model that was ready before is ready again. */
export function cancelLoading(): void {
  if (loading === undefined || state().phase === 'ready') return;
  loading.abort.abort();
  goBack();
}

/** After a cancelled loading: the model before it, at once, or loaded again if the engine has put it away. */
function goBack(): void {
  const before = previous;
  loading = undefined;
  previous = undefined;
  setState({ phase: 'idle' });
  if (before === undefined) return;
  if (before.isEvicted) {
    // A failure is part of the state.
    ensureModel(before.loading.modelId).catch(() => undefined);
    return;
  }
  loading = before.loading;
  before.restoreAdapters();
  setState(before.state);
}

/** Call with every failure of an engine call: after a lost device it resets the engine so that "try again" works. */
export function noteEngineFailure(error: unknown): void {
  if (!isDeviceLost(error)) return;
  worker.restart();
  fail(error);
}

async function load(modelId: string, signal: AbortSignal): Promise<ModelSummary> {
  const show = (next: EngineState): void => {
    // A loading that was cancelled or replaced reports nothing more.
    if (!signal.aborted) setState(next);
  };
  show({ phase: 'checking', modelId });
  const device = await chosenDevice();
  try {
    if (device !== 'cpu') await checkDevice();
    setObstacle(undefined);
  } catch (error) {
    // `automatic` falls back to the CPU, and the room says why; `gpu` fails.
    if (device === 'gpu' || !(error instanceof TributaryError)) throw error;
    setObstacle(error);
  }
  const { modelFiles } = await import('./models/modelFiles.ts');
  const { files, contextLength } = await modelFiles(modelId, {
    signal,
    onProgress: ({ phase, doneBytes, totalBytes, bytesPerSecond = 0 }) => {
      if (phase === 'downloading' || phase === 'packing')
        show({ phase, modelId, doneBytes, totalBytes, bytesPerSecond });
      else if (phase === 'waiting') show({ phase: 'downloading', modelId, doneBytes, totalBytes, bytesPerSecond: 0 });
    },
  });
  const totalBytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
  show({ phase: 'reading', modelId, doneBytes: 0, totalBytes });
  const variants = await readSetting<VariantReport>(settingKeys.variants);
  const computeDtype = await chosenComputeDtype();
  const { name, sha256 } = (await listModels()).find(({ id }) => id === modelId) ?? { name: modelId };
  signal.throwIfAborted();
  if (previous !== undefined) previous.isEvicted = true;
  const summary = await engine().loadModel(
    {
      files,
      identity: { names: [name, modelId], ...(sha256 === undefined ? {} : { sha256 }) },
      device,
      ...(contextLength === undefined ? {} : { contextLength }),
      computeDtype,
      ...(variants === undefined ? {} : { variants }),
    },
    {
      signal,
      onProgress: (progress: LoadProgress) =>
        show({
          phase: loadPhases[progress.phase],
          modelId,
          doneBytes: progress.loadedBytes,
          totalBytes: progress.totalBytes,
        }),
    },
  );
  const report = await engine().probe({});
  if (report.obstacle !== undefined) setObstacle(TributaryError.deserialize(report.obstacle));
  await rememberVariants(variants, report);
  signal.throwIfAborted();
  previous = undefined;
  show({ phase: 'ready', modelId, summary, device: report });
  return summary;
}

/** Saves the next loading from measuring the device again. */
async function rememberVariants(before: VariantReport | undefined, { variants }: DeviceReport): Promise<void> {
  if (variants === undefined) return;
  try {
    await writeSetting(settingKeys.variants, mergeVariants(before, variants));
  } catch (error) {
    // When the browser's storage is full the model still runs; the next loading measures again.
    if (!(error instanceof TributaryError)) throw error;
  }
}

/**
 * The base model `modelId`, loaded. A second call for the same model shares the first; one for another model replaces it.
 * `signal` ends the waiting, not the loading: that is `cancelLoading`.
 */
export async function ensureModel(modelId: string, signal?: AbortSignal): Promise<ModelSummary> {
  if (loading !== undefined && loading.modelId !== modelId) {
    const now = state();
    const restoreAdapters = adapters.clear();
    if (now.phase === 'ready') previous = { loading, state: now, restoreAdapters, isEvicted: false };
    loading.abort.abort();
    loading = undefined;
  }
  // Chosen again before the engine put it away.
  if (loading === undefined && previous?.loading.modelId === modelId && !previous.isEvicted) goBack();
  if (loading === undefined) {
    const abort = new AbortController();
    const promise = load(modelId, abort.signal).catch((error: unknown) => {
      // After an abort, other errors are its consequences.
      throw abort.signal.aborted ? abort.signal.reason : error;
    });
    const mine = { modelId, promise, abort };
    loading = mine;
    promise.catch((error: unknown) => {
      if (loading !== mine) return;
      if (isAbort(error)) goBack();
      else fail(error);
    });
  }
  return abortable(loading.promise, signal);
}

/**
 * The engine with the model `modelId`; waits while that is loading. Throws `APP_MODEL_NOT_READY` rather than replace a model that
 * someone else is using: call it for work that belongs to an earlier answer.
 */
export async function engineWith(modelId: string): Promise<Remote<EngineService>> {
  if (loading?.modelId === modelId) await loading.promise;
  const current = state();
  if (current.phase === 'ready' && current.modelId === modelId) return engine();
  throw new TributaryError({
    code: 'APP_MODEL_NOT_READY',
    message: 'The model of this answer is not loaded.',
    facts: { model: modelId },
    hint: 'Choose it above the conversation and wait until it is ready, then try again.',
  });
}

/** Ends when the loading of `modelId` is cancelled or gives way to another model; undefined when it is not loaded at all. */
export function loadingSignal(modelId: string): AbortSignal | undefined {
  return loading?.modelId === modelId ? loading.abort.signal : undefined;
}

async function loadAdapter(adapter: AdapterChoice): Promise<AdapterSummary> {
  const stopped = loadingSignal(adapter.modelId);
  const read = async (name: AdapterFileName) => (await import('./adapters.ts')).adapterBytes(adapter, name, stopped);
  const [configuration, weights] = await Promise.all([
    read('adapter_config.json'),
    read('adapter_model.safetensors'),
    ensureModel(adapter.modelId),
  ]);
  const parsed = JSON.parse(new TextDecoder().decode(configuration)) as Record<string, unknown>;
  const { baseSha256, acceptedModels = [] } = adapterData(adapter);
  const request = {
    id: adapter.id,
    config: parsed,
    weights,
    ...(baseSha256 === undefined ? {} : { base: { sha256: baseSha256 } }),
    // Whoever wrote the configuration chose the pair.
    acceptOtherBase: adapter.source === 'config' || acceptedModels.includes(adapter.modelId),
  };
  return engine().loadAdapter(request, { transfer: [weights.buffer] });
}

/**
 * The adapter beside its base, both loaded; its files are fetched while the base loads. The base is never loaded again for it.
 * The adapters used last stay.
 */
export async function ensureAdapter(adapter: AdapterChoice, signal?: AbortSignal): Promise<AdapterSummary> {
  // First, because it forgets the adapters of the model that it replaces.
  const model = ensureModel(adapter.modelId);
  const loaded = Promise.all([model, adapters.open(adapter)]);
  return (await abortable(loaded, signal))[1];
}
