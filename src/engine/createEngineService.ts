// The engine behind its worker: one device, one model, the adapters beside it, and what is asked of them. It fetches
// nothing and stores nothing; bytes are handed in, results handed out.
import { isAbort, TributaryError } from '../lib/errors.ts';
import { type CallContext, transfer } from '../lib/rpc.ts';
import { createTurns } from '../lib/turns.ts';
import { type AdapterFile, readAdapter } from './adapter/readAdapter.ts';
import type { Backend } from './backend.ts';
import { answerChat } from './chat/answerChat.ts';
import { checkChatRequest } from './chat/checkChatRequest.ts';
import { drawTokens } from './chat/drawTokens.ts';
import { type Grammars, openGrammars, type TokenConstraint } from './chat/openGrammars.ts';
import { tokenFields } from './chat/tokenFields.ts';
import type { ChatChunk, ChatField, ChatRequest } from './chat/types.ts';
import { seededRandom } from './generate/seededRandom.ts';
import { createSession, type Session } from './model/createSession.ts';
import type { LoadedModel } from './model/decoderWeights.ts';
import { type DeviceAdapter, uploadAdapter } from './model/deviceAdapter.ts';
import { loadModel } from './model/loadModel.ts';
import { type ModelFile, openModelFile, type SourceFile } from './modelFile.ts';
import { type OpenedBackend, openBackend } from './openBackend.ts';
import { packedSize } from './packed/packedSize.ts';
import { packModel } from './packed/packModel.ts';
import { compareScores } from './quality/compareScores.ts';
import { scoredTokens, scoreText, type TextScore } from './quality/scoreText.ts';
import { defaultChoices, storedChoices } from './quant/quantizationChoices.ts';
import type {
  DeviceChoice,
  EngineService,
  LoadModelRequest,
  LoadProgress,
  ModelBlobs,
  PackProgress,
  QualityProgress,
  TrainEvent,
} from './service.ts';
import { openTokenizer, type TextTokenizer } from './tokenizer/openTokenizer.ts';
import { type RowGradients, rowGradients } from './train/rowGradients.ts';
import { train } from './train/train.ts';

export interface EngineServiceOptions {
  /** Opens a device, at first use, when another is asked for, and again after it was lost; default: what the browser has. */
  readonly openBackend?: (device: DeviceChoice) => Promise<OpenedBackend>;
}

interface HeldAdapter {
  readonly file: AdapterFile;
  device: DeviceAdapter;
  gradients?: RowGradients;
}

interface HeldModel {
  /** What was asked for, to load it again after its device was lost. The files stay where they are. */
  readonly request: LoadModelRequest;
  model: LoadedModel;
  session: Session;
  readonly tokenizer: TextTokenizer | undefined;
  readonly adapters: Map<string, HeldAdapter>;
  grammars?: Promise<Grammars>;
  /** Whether the device is gone, and everything on it. */
  lost: boolean;
}

const chatFields: ReadonlySet<ChatField> = new Set<ChatField>([...tokenFields, 'adapterId']);

const notLoaded = (): TributaryError =>
  new TributaryError({
    code: 'ENGINE_MODEL_NOT_LOADED',
    message: 'No model is loaded.',
    hint: 'Choose a model in the settings and wait until it is loaded.',
  });

export function createEngineService(options: EngineServiceOptions = {}): EngineService {
  const openDevice = options.openBackend ?? ((device: DeviceChoice) => openBackend({ device }));
  let opened: { readonly device: DeviceChoice; readonly opening: Promise<OpenedBackend> } | undefined;
  let held: HeldModel | undefined;
  let training = false;
  // What uses the device waits for what used it before.
  const nextTurn = createTurns();

  /** The device asked for, or the one that is open when none is named. The model on another device goes with it. */
  async function open(device?: DeviceChoice): Promise<OpenedBackend> {
    if (opened !== undefined && (device === undefined || device === opened.device)) return await opened.opening;
    await closeDevice();
    const choice = device ?? 'automatic';
    return await keepOpen(choice, openDevice(choice));
  }

  /** Remembers what was opened for `device`, until it is lost or does not open. */
  async function keepOpen(device: DeviceChoice, opening: Promise<OpenedBackend>): Promise<OpenedBackend> {
    const entry = { device, opening };
    opened = entry;
    const forget = (): void => {
      if (opened !== entry) return;
      opened = undefined;
      if (held !== undefined) held.lost = true;
    };
    opening.then(({ backend }) => backend.lost.then(forget), forget);
    return await opening;
  }

  /** The processor where the best device was asked for and computes wrongly. Stays until another device is asked for. */
  async function openInstead(obstacle: TributaryError): Promise<OpenedBackend> {
    await closeDevice();
    const opening = openDevice('processor').then(({ backend, report }) => ({
      backend,
      report: { ...report, obstacle: obstacle.serialize() },
    }));
    return await keepOpen('automatic', opening);
  }

  async function closeDevice(): Promise<void> {
    const closing = opened;
    if (closing === undefined) return;
    releaseModel();
    opened = undefined;
    const { backend } = await closing.opening;
    backend.destroy();
  }

  function model(): HeldModel {
    if (held === undefined) throw notLoaded();
    return held;
  }

  function tokenizer(): TextTokenizer {
    const { tokenizer: found } = model();
    if (found !== undefined) return found;
    throw new TributaryError({
      code: 'ENGINE_TOKENIZER_MISSING',
      message: 'This model came without a tokenizer, so it cannot read text.',
      hint: 'Load the folder with its tokenizer.json, or a GGUF file.',
    });
  }

  function adapter(id: string): HeldAdapter {
    const found = model().adapters.get(id);
    if (found !== undefined) return found;
    throw new TributaryError({
      code: 'ENGINE_ADAPTER_NOT_LOADED',
      message: 'This adapter is not loaded.',
      facts: { id, loaded: [...model().adapters.keys()] },
      hint: 'Load the adapter for this model first.',
    });
  }

  function release({ device, gradients }: HeldAdapter, session: Session): void {
    gradients?.destroy();
    session.forgetAdapter(device);
    device.destroy();
  }

  function releaseModel(): void {
    // What was on a lost device is gone with it; the model itself may be about to be loaded again.
    if (held === undefined || held.lost) return;
    for (const each of held.adapters.values()) release(each, held.session);
    held.session.destroy();
    held.model.destroy();
    forgetModel();
  }

  /** Lets the held model go without touching its device. */
  function forgetModel(): void {
    held?.grammars?.then(
      (grammars) => grammars.destroy(),
      // Whoever asked for them was told why they could not be had.
      () => undefined,
    );
    held = undefined;
  }

  /**
   * Puts the model of `file` on the device that `request` asks for, and compiles what reading needs. On a device that computes
   * wrongly the processor takes over, unless that device was asked for by name.
   */
  async function build(
    request: LoadModelRequest,
    file: ModelFile,
    context: CallContext,
  ): Promise<Pick<HeldModel, 'model' | 'session'>> {
    const device = request.device ?? 'automatic';
    try {
      return await buildOn((await open(device)).backend, request, file, context);
    } catch (error) {
      const isWrong = error instanceof TributaryError && error.code === 'ENGINE_DEVICE_WRONG';
      if (!isWrong || device !== 'automatic') throw error;
      return await buildOn((await openInstead(error)).backend, request, file, context);
    }
  }

  async function buildOn(
    backend: Backend,
    request: LoadModelRequest,
    file: ModelFile,
    { signal, progress }: CallContext,
  ): Promise<Pick<HeldModel, 'model' | 'session'>> {
    const report = (value: LoadProgress): void => progress(value);
    // The old model goes first: two rarely fit.
    releaseModel();
    const loaded = await loadModel(backend, file, {
      choices: request.choices ?? defaultChoices(file),
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
      session = createSession(loaded);
      await session.prepare();
      return { model: loaded, session };
    } catch (error) {
      session?.destroy();
      loaded.destroy();
      throw error;
    } finally {
      endTrials?.();
    }
  }

  /** The held model on a device that lives: loaded again, with its adapters, if the one it was on is lost. */
  async function readyModel(context: CallContext): Promise<HeldModel> {
    const current = model();
    if (!current.lost) return current;
    try {
      // What was found out about the device need not be found out again.
      const variants = current.model.backend.variants?.report() ?? current.request.variants;
      const request = { ...current.request, ...(variants === undefined ? {} : { variants }) };
      const { model: loaded, session } = await build(request, await openModelFile(request.files), context);
      for (const [id, each] of current.adapters) {
        each.device = uploadAdapter(loaded.backend, id, each.file.modules, loaded.config.layerCount);
        delete each.gradients;
      }
      Object.assign(current, { model: loaded, session, lost: false });
      return current;
    } catch (cause) {
      if (isAbort(cause)) throw cause;
      forgetModel();
      throw new TributaryError({
        code: 'ENGINE_DEVICE_LOST',
        message: 'The graphics device stopped answering, and the model could not be loaded again.',
        hint: 'Load the model again; if it happens twice, choose a smaller model or a shorter context.',
        cause,
      });
    }
  }

  /** Returns when `error` came from a lost device, and throws it when not. */
  async function requireLoss(error: unknown, { model: loaded }: HeldModel): Promise<void> {
    // What fails first on a lost device need not be what reports the loss, but the report is not far behind.
    const lost = await Promise.race([
      loaded.backend.lost.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 0, false)),
    ]);
    if (!lost) throw error;
  }

  /** The turn to use the device; call the result when done. A training run is not waited for: it may take hours. */
  async function takeTurn(): Promise<() => void> {
    if (training) {
      throw new TributaryError({
        code: 'ENGINE_BUSY',
        message: 'The engine is training an adapter.',
        hint: 'Wait until the training is done, or stop it.',
      });
    }
    return await nextTurn();
  }

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = await takeTurn();
    try {
      return await work();
    } finally {
      done();
    }
  }

  async function* answer(request: ChatRequest, context: CallContext): AsyncGenerator<ChatChunk> {
    const settings = checkChatRequest(request, chatFields);
    const { signal } = context;
    const current = model();
    const text = tokenizer();
    if (settings.adapterId !== undefined) adapter(settings.adapterId);
    const prompt = text.encodeChat(settings.messages, { addGenerationPrompt: true });
    const seed = settings.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    const random = seededRandom(seed);
    const constraint = settings.grammar === undefined ? undefined : await constrain(current, text, settings.grammar);
    let lastRecovery = -1;
    try {
      yield* answerChat({
        tokenizer: text,
        promptTokens: prompt.length,
        stops: settings.stops,
        async *draw(drawn) {
          const { session } = await readyModel(context);
          session.useAdapter(settings.adapterId === undefined ? undefined : adapter(settings.adapterId).device);
          const maximumTokens = settings.maximumTokens ?? session.contextLength;
          const options = { settings, drawn, maximumTokens, stopIds: text.endIds, random, seed, constraint, signal };
          return yield* drawTokens(session, prompt, options);
        },
        async recover(error, drawnTokens) {
          // A device that is lost again before it gave a token will be lost for good.
          if (held === undefined || isAbort(error) || drawnTokens === lastRecovery) throw error;
          await requireLoss(error, current);
          lastRecovery = drawnTokens;
        },
      });
    } finally {
      constraint?.destroy();
    }
  }

  async function constrain(current: HeldModel, text: TextTokenizer, grammar: string): Promise<TokenConstraint> {
    if (current.grammars === undefined) {
      const { vocabularySize } = current.model.config;
      const opening = openGrammars({ size: vocabularySize, bytesOf: text.bytesOf, endIds: text.endIds });
      current.grammars = opening;
      opening.catch(() => {
        if (current.grammars === opening) delete current.grammars;
      });
    }
    return (await current.grammars).constrain(grammar);
  }

  /** Scores a text on the unquantised weights in place of the held model, which comes back after it. */
  async function scoreReference(
    current: HeldModel,
    files: ModelBlobs,
    ids: readonly number[],
    context: CallContext,
  ): Promise<TextScore> {
    const file = await openModelFile(files);
    const report = (value: QualityProgress): void => context.progress(value);
    if (file.config.vocabularySize !== current.model.config.vocabularySize) {
      throw new TributaryError({
        code: 'ENGINE_REFERENCE_FOREIGN',
        message: 'The unquantised weights are of another model: their vocabulary has another size.',
        facts: { model: current.model.config.vocabularySize, reference: file.config.vocabularySize },
        hint: 'Choose the files that the model was made from.',
      });
    }
    const { contextLength } = current.session;
    const quiet: CallContext = { signal: context.signal, progress: () => undefined };
    suspend(current);
    let reference: Pick<HeldModel, 'model' | 'session'> | undefined;
    try {
      const { device } = current.request;
      const request = { files, contextLength, choices: storedChoices, ...(device === undefined ? {} : { device }) };
      reference = await build(request, file, quiet);
      return await scoreText(reference.session, ids, {
        signal: context.signal,
        onProgress: (done, total) => report({ phase: 'reference', done, total }),
      });
    } finally {
      reference?.session.destroy();
      reference?.model.destroy();
      report({ phase: 'restore', done: 0, total: 1 });
      // The caller may have gone; the model that was there is wanted all the same.
      await readyModel({ signal: new AbortController().signal, progress: () => undefined });
    }
  }

  /** Takes the held model off its device; the next use loads it again, with its adapters. */
  function suspend(current: HeldModel): void {
    for (const each of current.adapters.values()) release(each, current.session);
    current.session.destroy();
    current.model.destroy();
    current.lost = true;
  }

  return {
    async probe() {
      const { backend, report } = await open();
      return backend.variants === undefined ? report : { ...report, variants: backend.variants.report() };
    },

    loadModel: (request, context) =>
      inTurn(async () => {
        const file = await openModelFile(request.files);
        const { model: loaded, session } = await build(request, file, context);
        forgetModel();
        try {
          const text =
            file.tokenizerJson === undefined
              ? undefined
              : openTokenizer({
                  tokenizerJson: file.tokenizerJson,
                  ...(file.tokenizerConfig === undefined ? {} : { tokenizerConfig: file.tokenizerConfig }),
                  ...(file.chatTemplate === undefined ? {} : { chatTemplate: file.chatTemplate }),
                  endOfSequenceIds: file.config.endOfSequenceIds,
                });
          held = { request, model: loaded, session, tokenizer: text, adapters: new Map(), lost: false };
        } catch (error) {
          loaded.destroy();
          throw error;
        }
        const { architecture, layerCount, hiddenSize, vocabularySize } = loaded.config;
        const { parameterCount, contextLength, weightBytes } = loaded;
        return { architecture, parameterCount, layerCount, hiddenSize, contextLength, vocabularySize, weightBytes };
      }),

    async inspectModel({ files, choices }) {
      const file = await openModelFile(files);
      const { container, config } = file;
      const tensors = [...file.tensors.values()].map(({ name, format, shape }) => ({ name, format, shape }));
      const wanted = choices ?? [storedChoices, ...(container === 'safetensors' ? [defaultChoices(file)] : [])];
      return {
        container,
        config,
        parameterCount: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
        hasTokenizer: file.tokenizerJson !== undefined,
        hasChatTemplate: file.chatTemplate !== undefined,
        tensors,
        sizes: wanted.map((each) => ({ choices: each, ...packedSize(file, each) })),
      };
    },

    async *packModel({ files, choices, fromTensor }, { signal, progress }) {
      const file = await openModelFile(files);
      const hashes = new Map(files.map(({ name, sha256 }) => [name.split('/').at(-1), sha256]));
      const sources = file.sources.map((source): SourceFile => {
        const sha256 = hashes.get(source.name.split('/').at(-1)) ?? source.sha256;
        return sha256 === undefined ? source : { ...source, sha256 };
      });
      const report = (value: PackProgress): void => progress(value);
      const pieces = packModel(file, choices ?? defaultChoices(file), {
        sources,
        fromTensor,
        signal,
        onProgress: (doneBytes, totalBytes) => report({ doneBytes, totalBytes }),
      });
      for await (const piece of pieces) yield transfer(piece, [piece.bytes.buffer]);
    },

    measureQuality: ({ text, reference }, context) =>
      inTurn(async () => {
        const current = await readyModel(context);
        const ids = tokenizer().encode(text);
        if (scoredTokens(ids.length, current.session.contextLength) < 1) {
          throw new TributaryError({
            code: 'ENGINE_TEXT_TOO_SHORT',
            message: 'This text is too short to measure anything on.',
            facts: { tokens: ids.length },
            hint: 'Give some sentences at least.',
          });
        }
        current.session.useAdapter(undefined);
        const score = await scoreText(current.session, ids, {
          signal: context.signal,
          onProgress: (done, total) => context.progress({ phase: 'model', done, total } satisfies QualityProgress),
        });
        if (reference === undefined) return compareScores(score);
        return compareScores(score, await scoreReference(current, reference.files, ids, context));
      }),

    loadAdapter: ({ id, config, weights }, context) =>
      inTurn(async () => {
        const { model: loaded, session, adapters } = await readyModel(context);
        const file = await readAdapter({ config, weights, model: loaded.config });
        const old = adapters.get(id);
        if (old !== undefined) release(old, session);
        adapters.delete(id);
        const device = uploadAdapter(loaded.backend, id, file.modules, loaded.config.layerCount);
        adapters.set(id, { file, device });
        const { rank, parameterCount, targetModules } = file;
        return { id, rank, parameterCount, targetModules };
      }),

    unloadAdapter: ({ id }, context) =>
      inTurn(async () => {
        const { session, adapters } = await readyModel(context);
        release(adapter(id), session);
        adapters.delete(id);
      }),

    async *chat(request, context) {
      const done = await takeTurn();
      try {
        yield* answer(request, context);
      } finally {
        done();
      }
    },

    encode: async ({ text }) => tokenizer().encode(text),
    decode: async ({ ids }) => tokenizer().decode(ids),
    encodeRows: async ({ rows }) => rows.map((row) => tokenizer().encodeRow(row)),

    async *train(request, context: CallContext) {
      model();
      const done = await takeTurn();
      training = true;
      try {
        const { model: loaded } = await readyModel(context);
        for await (const event of train(loaded, request, context)) yield withBuffers(event);
      } finally {
        training = false;
        done();
      }
    },

    rowGradient: ({ adapterId, row }, context) =>
      inTurn(async () => {
        const { model: loaded } = await readyModel(context);
        const found = adapter(adapterId);
        found.gradients ??= rowGradients(loaded, found.file.modules, { slots: 1 });
        const gradient = new Float32Array(found.gradients.length);
        for await (const each of found.gradients.gradients([row], context.signal)) gradient.set(each.gradient);
        return transfer(gradient, [gradient.buffer]);
      }),
  };
}

/** Adapter and checkpoint bytes move to the page instead of being copied. */
function withBuffers(event: TrainEvent): TrainEvent {
  if (event.kind === 'checkpoint') return transfer(event, [event.bytes.buffer]);
  return event.kind === 'done' ? transfer(event, [event.weights.buffer]) : event;
}
