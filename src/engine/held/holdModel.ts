// The model that a service has loaded, with its adapters, its session and its tokenizer: loaded, loaded again after its device was
// lost, put aside for another. Whoever calls has the device to itself.
import { TributaryError } from '../../lib/errors.ts';
import type { CallContext } from '../../lib/rpc.ts';
import { type AdapterFile, readAdapter } from '../adapter/readAdapter.ts';
import { createGrammars, type Grammars } from '../chat/createGrammars.ts';
import { createSession, type Session } from '../model/createSession.ts';
import type { LoadedModel } from '../model/decoderWeights.ts';
import { type DeviceAdapter, uploadAdapter } from '../model/deviceAdapter.ts';
import { loadModel } from '../model/loadModel.ts';
import { type ModelFile, openModelFile } from '../modelFile.ts';
import type { OpenedBackend } from '../openBackend.ts';
import { defaultChoices } from '../quant/quantizationChoices.ts';
import type {
  AdapterSummary,
  DeviceChoice,
  LoadAdapterRequest,
  LoadModelRequest,
  LoadProgress,
  ModelSummary,
} from '../service.ts';
import { openTokenizer, type TextTokenizer } from '../tokenizer/openTokenizer.ts';
import { type RowGradients, rowGradients } from '../train/rowGradients.ts';
import { holdDevice } from './holdDevice.ts';

interface HeldAdapter {
  readonly file: AdapterFile;
  device: DeviceAdapter;
  gradients?: RowGradients;
}

/** A model on a device, and the sequence that reads with it. */
interface BuiltModel {
  readonly model: LoadedModel;
  readonly session: Session;
}

interface ModelText {
  readonly tokenizer: TextTokenizer;
  /** Over the model's tokens. */
  readonly grammars: Grammars;
}

interface HeldModel {
  /** What was asked for, to load it again after its device was lost. The files stay where they are. */
  readonly request: LoadModelRequest;
  /** Absent where the files have no tokenizer. */
  readonly text: ModelText | undefined;
  readonly adapters: Map<string, HeldAdapter>;
  built: BuiltModel;
  /** Whether the device is gone, and everything on it. */
  lost: boolean;
}

export interface ModelHolder {
  /** The device asked for; without a name the one that is open, or the best. */
  open(choice?: DeviceChoice): Promise<OpenedBackend>;
  /** Throws `ENGINE_MODEL_NOT_LOADED`, `ENGINE_TOKENIZER_MISSING`. */
  text(): ModelText;
  /** Puts a model in the place of the one that is held. Throws as `openModelFile`, `openTokenizer`, `loadModel`. */
  load(request: LoadModelRequest, context: CallContext): Promise<ModelSummary>;
  /** The held model on a device that lives: loaded again, with its adapters, if the one it was on is lost. */
  ready(context: CallContext): Promise<BuiltModel>;
  /** What `use` gives for the model of `file` in place of the held one, which comes back after it. */
  instead<Result>(
    request: LoadModelRequest,
    file: ModelFile,
    signal: AbortSignal,
    use: (session: Session) => Promise<Result>,
  ): Promise<Result>;
  /** What the held model was asked for with. Throws `ENGINE_MODEL_NOT_LOADED`. */
  readonly request: LoadModelRequest;
  loadAdapter(request: LoadAdapterRequest, context: CallContext): Promise<AdapterSummary>;
  unloadAdapter(id: string, context: CallContext): Promise<void>;
  /** The adapter on the device, after `ready`. Throws `ENGINE_ADAPTER_NOT_LOADED`. */
  adapter(id: string): DeviceAdapter;
  /** What computes an adapter's gradients, after `ready`. */
  gradients(id: string): RowGradients;
  /** Whether the held model's device is lost: then `ready` opens another. False when no model is held. */
  isLost(): Promise<boolean>;
  /** Gives up the device if it cannot go on after `error`: the next use opens it again. */
  abandonAfter(error: unknown): void;
}

/** After these a device refuses whatever is asked: a buffer that could not be had is used by what was recorded before. */
const lastingFaults = new Set(['ENGINE_OUT_OF_MEMORY', 'ENGINE_COMMAND_REFUSED']);

const hasCode = (error: unknown, code: string): boolean => error instanceof TributaryError && error.code === code;

function tokenizerOf({ tokenizerJson, tokenizerConfig, chatTemplate, config }: ModelFile): TextTokenizer | undefined {
  if (tokenizerJson === undefined) return undefined;
  return openTokenizer({
    tokenizerJson,
    ...(tokenizerConfig === undefined ? {} : { tokenizerConfig }),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    endOfSequenceIds: config.endOfSequenceIds,
  });
}

/** The model of `file` on the device, with what reading needs compiled. After a failure nothing of it stays there. */
async function buildOn(
  { backend, report: { arithmetics } }: OpenedBackend,
  request: LoadModelRequest,
  file: ModelFile,
  { signal, progress }: CallContext,
): Promise<BuiltModel> {
  const report = (value: LoadProgress): void => progress(value);
  const model = await loadModel(backend, file, {
    choices: request.choices ?? defaultChoices(file),
    arithmetic: arithmetics.find((each) => each === request.arithmetic) ?? 'float32',
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

export function holdModel(openDevice: (device: DeviceChoice) => Promise<OpenedBackend>): ModelHolder {
  let held: HeldModel | undefined;
  const device = holdDevice(openDevice, (why) => {
    if (why === 'lost' && held !== undefined) held.lost = true;
    // A model that waits to be loaded again is not on this device.
    else if (held?.lost === false) forget();
  });

  function current(): HeldModel {
    if (held !== undefined) return held;
    throw new TributaryError({
      code: 'ENGINE_MODEL_NOT_LOADED',
      message: 'No model is loaded.',
      hint: 'Choose a model in the settings and wait until it is loaded.',
    });
  }

  function heldAdapter(id: string): HeldAdapter {
    const { adapters } = current();
    const found = adapters.get(id);
    if (found !== undefined) return found;
    throw new TributaryError({
      code: 'ENGINE_ADAPTER_NOT_LOADED',
      message: 'This adapter is not loaded.',
      facts: { id, loaded: [...adapters.keys()] },
      hint: 'Load the adapter for this model first.',
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

  function releaseAdapter(each: HeldAdapter, session: Session): void {
    each.gradients?.destroy();
    delete each.gradients;
    session.forgetAdapter(each.device);
    each.device.destroy();
  }

  function destroyBuilt({ session, model }: BuiltModel): void {
    session.destroy();
    model.destroy();
  }

  /** Lets the held model go without touching its device. */
  function forget(): void {
    held?.text?.grammars.destroy();
    held = undefined;
  }

  /** Takes the held model off its device; `ready` loads it again. */
  function suspend(): void {
    if (held === undefined || held.lost) return;
    for (const each of held.adapters.values()) releaseAdapter(each, held.built.session);
    destroyBuilt(held.built);
    held.lost = true;
  }

  /**
   * The model of `file` on the device that `request` asks for. On a device that computes wrongly the processor takes over, unless
   * that device was asked for by name.
   */
  async function build(request: LoadModelRequest, file: ModelFile, context: CallContext): Promise<BuiltModel> {
    const choice = request.device ?? 'automatic';
    const opened = await device.open(choice);
    try {
      return await buildOn(opened, request, file, context);
    } catch (error) {
      if (!hasCode(error, 'ENGINE_DEVICE_WRONG') || choice !== 'automatic') throw error;
      const instead = await device.openInstead(error as TributaryError);
      return await buildOn(instead, request, file, context);
    }
  }

  async function ready(context: CallContext): Promise<BuiltModel> {
    const wanted = current();
    if (!wanted.lost) return wanted.built;
    try {
      // What was found out about the device need not be found out again.
      const variants = wanted.built.model.backend.variants?.report() ?? wanted.request.variants;
      const request = { ...wanted.request, ...(variants === undefined ? {} : { variants }) };
      const built = await build(request, await openModelFile(request.files), context);
      for (const [id, each] of wanted.adapters) {
        each.device = uploadAdapter(built.model.backend, id, each.file.modules, built.model.config.layerCount);
        delete each.gradients;
      }
      wanted.built = built;
      wanted.lost = false;
      return built;
    } catch (cause) {
      if (context.signal.aborted) throw cause;
      forget();
      throw new TributaryError({
        code: 'ENGINE_DEVICE_LOST',
        message: 'The GPU stopped answering, and the model could not be loaded again.',
        hint: 'Load the model again; if it happens twice, choose a smaller model or a shorter context.',
        cause,
      });
    }
  }

  return {
    open: (choice) => device.open(choice),
    text,
    get request() {
      return current().request;
    },
    ready,

    async load(request, context) {
      const file = await openModelFile(request.files);
      const tokenizer = tokenizerOf(file);
      // The old model goes first: two rarely fit.
      suspend();
      forget();
      const built = await build(request, file, context);
      const { config, parameterCount, contextLength, weightBytes, arithmetic } = built.model;
      const { architecture, layerCount, hiddenSize, vocabularySize } = config;
      held = {
        request,
        text: tokenizer && { tokenizer, grammars: createGrammars({ ...tokenizer, size: vocabularySize }) },
        adapters: new Map(),
        built,
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
        arithmetic,
      };
    },

    async instead(request, file, signal, use) {
      suspend();
      let built: BuiltModel | undefined;
      try {
        built = await build(request, file, { signal, progress: () => undefined });
        return await use(built.session);
      } finally {
        if (built !== undefined) destroyBuilt(built);
        // The caller may have gone; the model that was there is wanted all the same.
        await ready({ signal: new AbortController().signal, progress: () => undefined });
      }
    },

    async loadAdapter({ id, config, weights }, context) {
      const { model, session } = await ready(context);
      const { adapters } = current();
      const file = await readAdapter({ config, weights, model: model.config });
      const old = adapters.get(id);
      if (old !== undefined) releaseAdapter(old, session);
      adapters.delete(id);
      adapters.set(id, { file, device: uploadAdapter(model.backend, id, file.modules, model.config.layerCount) });
      const { rank, parameterCount, targetModules } = file;
      return { id, rank, parameterCount, targetModules };
    },

    async unloadAdapter(id, context) {
      const { session } = await ready(context);
      releaseAdapter(heldAdapter(id), session);
      current().adapters.delete(id);
    },

    adapter: (id) => heldAdapter(id).device,

    gradients(id) {
      const found = heldAdapter(id);
      found.gradients ??= rowGradients(current().built.model, found.file.modules, { slots: 1 });
      return found.gradients;
    },

    async isLost() {
      if (held === undefined) return false;
      // What fails first on a lost device need not be what reports the loss, but the report is not far behind.
      return await Promise.race([
        held.built.model.backend.lost.then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 0, false)),
      ]);
    },

    abandonAfter(error) {
      if (error instanceof TributaryError && lastingFaults.has(error.code)) device.abandon();
    },
  };
}
