// The one loaded model, with its tokenizer, its session and its adapters: loaded, reloaded after a lost device, suspended for a
// temporary model. Callers run one at a time: nothing else uses the device meanwhile.
import { TributaryError } from '../../lib/errors.ts';
import type { CallContext } from '../../lib/rpc.ts';
import { checkAdapterBase } from '../adapter/checkAdapterBase.ts';
import { createGrammars, type Grammars } from '../chat/createGrammars.ts';
import { createSession, type Session } from '../model/createSession.ts';
import type { DeviceAdapter } from '../model/deviceAdapter.ts';
import { loadModel } from '../model/loadModel.ts';
import type { ModelFile } from '../modelFile.ts';
import type { OpenedBackend } from '../openBackend.ts';
import { openModelFile } from '../openModelFile.ts';
import { defaultChoices } from '../quant/quantizationChoices.ts';
import type {
  AdapterSummary,
  BaseIdentity,
  DeviceChoice,
  LoadAdapterRequest,
  LoadModelRequest,
  LoadProgress,
  ModelSummary,
} from '../service.ts';
import { openTokenizer, type TextTokenizer } from '../tokenizer/openTokenizer.ts';
import type { PerSampleGradients } from '../train/perSampleGradients.ts';
import { type AdapterManager, createAdapterManager, type ModelOnDevice } from './createAdapterManager.ts';
import { createDeviceManager } from './createDeviceManager.ts';

interface ModelText {
  readonly tokenizer: TextTokenizer;
  /** Number of ids that the model knows: it may have more than its tokenizer. */
  readonly vocabularySize: number;
  /** Over the model's tokens. */
  readonly grammars: Grammars;
}

interface ModelState {
  /** For reloading after a lost device. The files stay where they are. */
  readonly request: LoadModelRequest;
  /** What the request and the files say of it. */
  readonly identity: BaseIdentity;
  /** Absent if the files have no tokenizer. */
  readonly text: ModelText | undefined;
  readonly adapters: AdapterManager;
  onDevice: ModelOnDevice;
  /** Whether the device is gone, with everything on it. */
  lost: boolean;
}

export interface ModelManager {
  /** The requested device; by default the open one, or the best. */
  openDevice(choice?: DeviceChoice): Promise<OpenedBackend>;
  /** Throws `ENGINE_MODEL_NOT_LOADED`, `ENGINE_TOKENIZER_MISSING`. */
  text(): ModelText;
  /** Loads a model in place of the current one, which is loaded again by its next use if this fails or is aborted. Throws as `openModelFile`, `openTokenizer`, `loadModel`. */
  load(request: LoadModelRequest, context: CallContext): Promise<ModelSummary>;
  /** The model on a working device: reloaded, with its adapters, if its device was lost. */
  ready(context: CallContext): Promise<ModelOnDevice>;
  /** Runs `use` on the model of `file` while the current one is off the device, then reloads the current one. */
  withTemporaryModel<Result>(
    request: LoadModelRequest,
    file: ModelFile,
    signal: AbortSignal,
    use: (session: Session) => Promise<Result>,
  ): Promise<Result>;
  /** The request that loaded the model. Throws `ENGINE_MODEL_NOT_LOADED`. */
  readonly request: LoadModelRequest;
  loadAdapter(request: LoadAdapterRequest, context: CallContext): Promise<AdapterSummary>;
  unloadAdapter(id: string, context: CallContext): Promise<void>;
  /** The adapter on the device, after `ready`. Throws `ENGINE_ADAPTER_NOT_LOADED`. */
  adapter(id: string): DeviceAdapter;
  /** An adapter's gradients, after `ready`. */
  gradients(id: string): PerSampleGradients;
  /** Whether the model's device is lost: then `ready` opens another. False if no model is loaded. */
  isLost(): Promise<boolean>;
  /** Closes the device if it cannot be used after `error`: the next use reopens it. */
  abandonAfter(error: unknown): void;
}

/** After these errors a device refuses all work: recorded plans use the buffer that could not be created. */
const fatalCodes = new Set(['ENGINE_OUT_OF_MEMORY', 'ENGINE_COMMAND_REFUSED']);

const hasCode = (error: unknown, code: string): boolean => error instanceof TributaryError && error.code === code;

function tokenizerOf({ tokenizerJson, tokenizerConfig, chatTemplate, config }: ModelFile): TextTokenizer | undefined {
  if (tokenizerJson === undefined) return undefined;
  return openTokenizer({
    tokenizerJson,
    ...(tokenizerConfig === undefined ? {} : { tokenizerConfig }),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    endOfSequenceIds: config.endOfSequenceIds,
    vocabularySize: config.vocabularySize,
  });
}

/** The model of `file` on the device, with its plans compiled. After a failure nothing of it stays there. */
async function loadOn(
  { backend, report: { computeDtypes } }: OpenedBackend,
  request: LoadModelRequest,
  file: ModelFile,
  { signal, progress }: CallContext,
): Promise<ModelOnDevice> {
  const report = (value: LoadProgress): void => progress(value);
  const model = await loadModel(backend, file, {
    choices: request.choices ?? defaultChoices(file),
    computeDtype: computeDtypes.find((each) => each === request.computeDtype) ?? 'float32',
    ...(request.contextLength === undefined ? {} : { contextLength: request.contextLength }),
    signal,
    onProgress: (loadedBytes, totalBytes) => report({ phase: 'read', loadedBytes, totalBytes }),
  });
  const all = { loadedBytes: file.byteLength, totalBytes: file.byteLength };
  const endTrials = backend.variants?.begin({
    remembered: request.variants,
    signal,
    onProgress: () => report({ phase: 'probe', ...all }),
  });
  let session: Session | undefined;
  try {
    report({ phase: 'compile', ...all });
    session = createSession(model);
    await session.prepare();
    return { model, session };
  } catch (error) {
    session?.destroy();
    model.destroy();
    throw error;
  } finally {
    endTrials?.();
  }
}

export function createModelManager(openDevice: (device: DeviceChoice) => Promise<OpenedBackend>): ModelManager {
  let state: ModelState | undefined;
  const device = createDeviceManager(openDevice, (end) => {
    if (end === 'lost' && state !== undefined) state.lost = true;
    // A model that waits to be reloaded is not on this device.
    else if (state?.lost === false) discard();
  });

  function current(): ModelState {
    if (state !== undefined) return state;
    throw new TributaryError({
      code: 'ENGINE_MODEL_NOT_LOADED',
      message: 'No model is loaded.',
      hint: 'Choose a model in the settings and wait until it is loaded.',
    });
  }

  function text(): ModelText {
    const { text: found } = current();
    if (found !== undefined) return found;
    throw new TributaryError({
      code: 'ENGINE_TOKENIZER_MISSING',
      message: 'This model came without a tokenizer, so it cannot read text.',
      hint: 'Load the folder with its tokenizer.json, or a GGUF file.',
    });
  }

  function destroyOnDevice({ session, model }: ModelOnDevice): void {
    session.destroy();
    model.destroy();
  }

  /** Drops the model without touching its device. */
  function discard(): void {
    state?.text?.grammars.destroy();
    state = undefined;
  }

  /** Removes the model from its device; `ready` reloads it. */
  function suspend(): void {
    if (state === undefined || state.lost) return;
    state.adapters.suspend(state.onDevice);
    destroyOnDevice(state.onDevice);
    state.lost = true;
  }

  /**
   * The model of `file` on the device that `request` asks for. If that device computes wrongly, the CPU takes over, unless the
   * request names the device.
   */
  async function loadOnDevice(
    request: LoadModelRequest,
    file: ModelFile,
    context: CallContext,
  ): Promise<ModelOnDevice> {
    const choice = request.device ?? 'automatic';
    const opened = await device.open(choice);
    try {
      return await loadOn(opened, request, file, context);
    } catch (error) {
      if (!hasCode(error, 'ENGINE_DEVICE_WRONG') || choice !== 'automatic') throw error;
      return await loadOn(await device.fallbackToCpu(error as TributaryError), request, file, context);
    }
  }

  async function ready(context: CallContext): Promise<ModelOnDevice> {
    const wanted = current();
    if (!wanted.lost) return wanted.onDevice;
    try {
      // The same device was tuned before; its report saves tuning again.
      const variants = wanted.onDevice.model.backend.variants?.report() ?? wanted.request.variants;
      const request = { ...wanted.request, ...(variants === undefined ? {} : { variants }) };
      const onDevice = await loadOnDevice(request, await openModelFile(request.files), context);
      wanted.adapters.resume(onDevice);
      wanted.onDevice = onDevice;
      wanted.lost = false;
      return onDevice;
    } catch (cause) {
      if (context.signal.aborted) throw cause;
      discard();
      throw new TributaryError({
        code: 'ENGINE_DEVICE_LOST',
        message: 'The GPU stopped answering, and the model could not be loaded again.',
        hint: 'Load the model again; if it happens twice, choose a smaller model or a shorter context.',
        cause,
      });
    }
  }

  return {
    openDevice: (choice) => device.open(choice),
    text,
    get request() {
      return current().request;
    },
    ready,

    async load(request, context) {
      const file = await openModelFile(request.files);
      const tokenizer = tokenizerOf(file);
      // The old model is removed first: two rarely fit. It stays loadable until the new one is there.
      suspend();
      const onDevice = await loadOnDevice(request, file, context);
      discard();
      const { config, parameterCount, contextLength, weightBytes, computeDtype } = onDevice.model;
      const { architecture, layerCount, hiddenSize, vocabularySize } = config;
      state = {
        request,
        identity: { ...request.identity, names: [...(request.identity?.names ?? []), ...(file.names ?? [])] },
        text: tokenizer && {
          tokenizer,
          vocabularySize,
          grammars: createGrammars({ ...tokenizer, size: vocabularySize }),
        },
        adapters: createAdapterManager(),
        onDevice,
        lost: false,
      };
      return {
        architecture,
        parameterCount,
        layerCount,
        hiddenSize,
        contextLength,
        vocabularySize,
        weightBytes,
        computeDtype,
      };
    },

    async withTemporaryModel(request, file, signal, use) {
      suspend();
      let onDevice: ModelOnDevice | undefined;
      try {
        onDevice = await loadOnDevice(request, file, { signal, progress: () => undefined });
        return await use(onDevice.session);
      } finally {
        if (onDevice !== undefined) destroyOnDevice(onDevice);
        // Without the caller's signal: the model must be reloaded even if the caller has aborted.
        await ready({ signal: new AbortController().signal, progress: () => undefined });
      }
    },

    async loadAdapter(request, context) {
      const { identity } = current();
      if (request.acceptOtherBase !== true) checkAdapterBase({ ...request, base: request.base, model: identity });
      const onDevice = await ready(context);
      return await current().adapters.load(request, onDevice);
    },
    async unloadAdapter(id, context) {
      const onDevice = await ready(context);
      current().adapters.unload(id, onDevice);
    },
    adapter: (id) => current().adapters.adapter(id),
    gradients(id) {
      const { adapters, onDevice } = current();
      return adapters.gradients(id, onDevice);
    },

    async isLost() {
      if (state === undefined) return false;
      // The first error on a lost device may precede the report of the loss, but not by much.
      return await Promise.race([
        state.onDevice.model.backend.lost.then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 0, false)),
      ]);
    },

    abandonAfter(error) {
      if (error instanceof TributaryError && fatalCodes.has(error.code)) device.abandon();
    },
  };
}
