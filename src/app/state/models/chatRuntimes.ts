// Who answers a chat: the engine, or the runtime of a model that the user took from elsewhere (WebLLM's list, ONNX files).
// Those run in workers of their own that are started when such a model is first wanted, and ended when another one is. They
// have no adapters and no gradients: `capabilitiesOf` is what a screen must say.
import { createSignal } from 'solid-js';
import type { ChatRuntime } from '../../../engine/index.ts';
import { abortable } from '../../../lib/abortable.ts';
import { isAbort, type TributaryError } from '../../../lib/errors.ts';
import type { Remote } from '../../../lib/rpc.ts';
import {
  type RuntimeCapabilities,
  type RuntimeModel,
  type RuntimeProgress,
  type RuntimeService,
  type RuntimeSummary,
  runtimeCapabilities,
} from '../../../models/index.ts';
import { readSetting, writeSetting } from '../../../store/index.ts';
import { readDeviceSetting } from '../deviceSetting.ts';
import { engine, ensureModel } from '../engine.ts';
import { settingKeys } from '../settingKeys.ts';
import { type LazyWorker, lazyWorker } from '../workers.ts';
import { hubToken } from './worker.ts';

export type ExternalModel = RuntimeModel & { readonly runtime: 'webLlm' | 'transformers' };

export type ChatRuntimeState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'loading'; readonly modelId: string; readonly progress: RuntimeProgress }
  | { readonly phase: 'ready'; readonly modelId: string; readonly summary: RuntimeSummary }
  | { readonly phase: 'failed'; readonly modelId: string; readonly error: unknown };

const [state, setState] = createSignal<ChatRuntimeState>({ phase: 'idle' });
/** What the runtime beside the engine is doing. */
export const chatRuntimeState = state;

const [chosen, setChosen] = createSignal<readonly ExternalModel[] | undefined>();

/** Whether a model of another runtime can answer now. */
export function isRuntimeReady(model: ExternalModel): boolean {
  const current = state();
  return current.phase === 'ready' && current.modelId === externalModelId(model);
}

/** Models of other runtimes that the user added to what can be chosen; undefined until `restoreExternalModels`. */
export const externalModels = chosen;

/** The model of another runtime that a chat calls `modelId`. A signal. */
export function externalModel(modelId: string): ExternalModel | undefined {
  return chosen()?.find((each) => externalModelId(each) === modelId);
}

/** What chats call a model of another runtime. The engine's own ids have no such beginning. */
export function externalModelId({ runtime, id }: ExternalModel): string {
  return `${runtime}:${id}`;
}

export async function restoreExternalModels(): Promise<readonly ExternalModel[]> {
  if (chosen() === undefined) {
    const kept = (await readSetting<readonly ExternalModel[]>(settingKeys.externalModels)) ?? [];
    // Another call may have been quicker.
    if (chosen() === undefined) setChosen(kept);
  }
  return chosen() ?? [];
}

/** Adds a model to what can be chosen. Nothing is downloaded before it is first wanted. */
export async function addExternalModel(model: ExternalModel): Promise<void> {
  const others = (await restoreExternalModels()).filter((each) => externalModelId(each) !== externalModelId(model));
  setChosen([...others, model]);
  await writeSetting(settingKeys.externalModels, chosen());
}

const died = (error: TributaryError): void => {
  const { modelId } = loading ?? {};
  loading = undefined;
  if (modelId !== undefined) setState({ phase: 'failed', modelId, error });
};

const workers: Readonly<Record<ExternalModel['runtime'], LazyWorker<RuntimeService>>> = {
  webLlm: lazyWorker<RuntimeService>(
    'webLlm',
    () => new Worker(new URL('../../../../workers/webLlm.ts', import.meta.url), { type: 'module', name: 'webLlm' }),
    died,
  ),
  transformers: lazyWorker<RuntimeService>(
    'transformers',
    () =>
      new Worker(new URL('../../../../workers/transformers.ts', import.meta.url), {
        type: 'module',
        name: 'transformers',
      }),
    died,
  ),
};

let loading:
  | { readonly modelId: string; readonly promise: Promise<Remote<RuntimeService>>; readonly abort: AbortController }
  | undefined;

/** WebLLM's own list. Starts its worker, asks no network. */
export async function listWebLlmModels(): Promise<readonly RuntimeModel[]> {
  return await workers.webLlm.remote().models({});
}

/** Ends the runtimes beside the engine with whatever they hold, a loading too. */
export function releaseExternalRuntimes(): void {
  loading?.abort.abort();
  loading = undefined;
  for (const worker of Object.values(workers)) worker.restart();
  setState({ phase: 'idle' });
}

/** Takes a model out of what can be chosen, and what the browser keeps of it. */
export async function removeExternalModel(model: ExternalModel): Promise<void> {
  const modelId = externalModelId(model);
  if (loading?.modelId === modelId) releaseExternalRuntimes();
  const hub = await readSetting<string>(settingKeys.hub);
  await workers[model.runtime].remote().remove({ model, ...(hub === undefined ? {} : { hub }) });
  setChosen((await restoreExternalModels()).filter((each) => externalModelId(each) !== modelId));
  await writeSetting(settingKeys.externalModels, chosen());
}

async function load(model: ExternalModel, signal: AbortSignal): Promise<Remote<RuntimeService>> {
  const modelId = externalModelId(model);
  const show = (next: ChatRuntimeState): void => {
    // A loading that was stopped or replaced says no more.
    if (!signal.aborted) setState(next);
  };
  show({ phase: 'loading', modelId, progress: { share: 0, text: '' } });
  const device = await readDeviceSetting();
  const hub = await readSetting<string>(settingKeys.hub);
  const token = hubToken();
  const remote = workers[model.runtime].remote();
  const request = {
    model,
    ...(device === undefined ? {} : { device }),
    ...(hub === undefined ? {} : { hub }),
    ...(token === undefined ? {} : { token }),
  };
  const onProgress = (progress: RuntimeProgress): void => show({ phase: 'loading', modelId, progress });
  const summary = await remote.load(request, { signal, onProgress });
  show({ phase: 'ready', modelId, summary });
  return remote;
}

/** What can be done with a model, whoever runs it. */
export function capabilitiesOf(modelId: string): RuntimeCapabilities {
  return runtimeCapabilities(externalModel(modelId)?.runtime ?? 'tributary');
}

/**
 * Who answers for `modelId`, loaded. Ending `signal` ends the waiting; `releaseExternalRuntimes` and `cancelLoading` end the
 * loading. Throws what `ensureModel` and `RuntimeService.load` throw.
 */
export async function ensureChatRuntime(modelId: string, signal?: AbortSignal): Promise<ChatRuntime> {
  const model = (await restoreExternalModels()).find((each) => externalModelId(each) === modelId);
  if (loading !== undefined && loading.modelId !== modelId) releaseExternalRuntimes();
  if (model === undefined) {
    await ensureModel(modelId, signal);
    return engine();
  }
  if (loading === undefined) {
    const abort = new AbortController();
    const mine = { modelId, promise: load(model, abort.signal), abort };
    loading = mine;
    mine.promise.catch((error: unknown) => {
      if (loading !== mine) return;
      loading = undefined;
      setState(isAbort(error) ? { phase: 'idle' } : { phase: 'failed', modelId, error });
    });
  }
  return await abortable(loading.promise, signal);
}
