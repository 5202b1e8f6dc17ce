// The engine behind its worker: one device, one model, the adapters beside it, and what is asked of them. It fetches
// nothing and stores nothing; bytes are handed in, results handed out.
import { TributaryError } from '../lib/errors.ts';
import { type CallContext, transfer } from '../lib/rpc.ts';
import { type AdapterFile, readAdapter } from './adapter/readAdapter.ts';
import { generate } from './generate/generate.ts';
import { createSession, type Session } from './model/createSession.ts';
import type { LoadedModel } from './model/decoderWeights.ts';
import { type DeviceAdapter, uploadAdapter } from './model/deviceAdapter.ts';
import { loadModel } from './model/loadModel.ts';
import { openModelFile } from './modelFile.ts';
import { type OpenedBackend, openBackend } from './openBackend.ts';
import type { ChatChunk, ChatRequest, DeviceChoice, EngineService, LoadProgress, TrainEvent } from './service.ts';
import { openTokenizer, type TextTokenizer } from './tokenizer/openTokenizer.ts';
import { type RowGradients, rowGradients } from './train/rowGradients.ts';
import { train } from './train/train.ts';

export interface EngineServiceOptions {
  /** Opens a device, at first use, when another is asked for, and again after it was lost; default: what the browser has. */
  readonly openBackend?: (device: DeviceChoice) => Promise<OpenedBackend>;
}

interface HeldAdapter {
  readonly file: AdapterFile;
  readonly device: DeviceAdapter;
  gradients?: RowGradients;
}

interface HeldModel {
  readonly model: LoadedModel;
  readonly session: Session;
  readonly tokenizer: TextTokenizer | undefined;
  readonly adapters: Map<string, HeldAdapter>;
}

const notLoaded = (): TributaryError =>
  new TributaryError({
    code: 'ENGINE_MODEL_NOT_LOADED',
    message: 'No model is loaded.',
    hint: 'Choose a model in the settings and wait until it is loaded.',
  });

export function createEngineService(options: EngineServiceOptions = {}): EngineService {
  let opened: { readonly device: DeviceChoice; readonly opening: Promise<OpenedBackend> } | undefined;
  let held: HeldModel | undefined;
  let training = false;
  // What uses the device waits for what used it before.
  let queue: Promise<unknown> = Promise.resolve();

  /** The device asked for, or the one that is open when none is named. The model on another device goes with it. */
  async function open(device?: DeviceChoice): Promise<OpenedBackend> {
    if (opened !== undefined && (device === undefined || device === opened.device)) return await opened.opening;
    await closeDevice();
    const choice = device ?? 'automatic';
    const opening = (options.openBackend ?? ((wanted) => openBackend({ device: wanted })))(choice);
    const entry = { device: choice, opening };
    opened = entry;
    const forget = (): void => {
      if (opened !== entry) return;
      opened = undefined;
      // Everything on the lost device is gone with it.
      held = undefined;
    };
    opening.then(({ backend }) => backend.lost.then(forget), forget);
    return await opening;
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
    if (held === undefined) return;
    for (const each of held.adapters.values()) release(each, held.session);
    held.session.destroy();
    held.model.destroy();
    held = undefined;
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
    const before = queue;
    let done: () => void = () => undefined;
    queue = new Promise<void>((resolve) => {
      done = resolve;
    });
    await before;
    return done;
  }

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = await takeTurn();
    try {
      return await work();
    } finally {
      done();
    }
  }

  async function* answer(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    const { session } = model();
    const text = tokenizer();
    session.useAdapter(request.adapterId === undefined ? undefined : adapter(request.adapterId).device);
    const prompt = text.encodeChat(request.messages, { addGenerationPrompt: true });
    const decoder = text.stream();
    const started = performance.now();
    let prefilled = started;
    let count = 0;
    const tokens = generate(session, prompt, {
      maximumTokens: request.max_tokens ?? session.contextLength,
      temperature: request.temperature,
      topP: request.top_p,
      topK: request.top_k,
      seed: request.seed ?? crypto.getRandomValues(new Uint32Array(1))[0],
      stopIds: text.endIds,
      signal,
    });
    for (;;) {
      const { value, done } = await tokens.next();
      if (count === 0) prefilled = performance.now();
      if (done === true) {
        const usage = {
          prompt_tokens: prompt.length,
          completion_tokens: count,
          prefillMilliseconds: prefilled - started,
          decodeMilliseconds: performance.now() - prefilled,
        };
        yield { delta: decoder.finish(), ids: [], finish_reason: value, usage };
        return;
      }
      count += 1;
      yield { delta: decoder.push(value), ids: [value], finish_reason: null };
    }
  }

  return {
    probe: async () => (await open()).report,

    loadModel: (request, context) =>
      inTurn(async () => {
        const file = await openModelFile(request.files);
        const { backend } = await open(request.device ?? 'automatic');
        // The old model goes first: two rarely fit.
        releaseModel();
        const progress = (value: LoadProgress): void => context.progress(value);
        const loaded = await loadModel(backend, file, {
          ...(request.contextLength === undefined ? {} : { contextLength: request.contextLength }),
          signal: context.signal,
          onProgress: (loadedBytes, totalBytes) => progress({ phase: 'read', loadedBytes, totalBytes }),
        });
        try {
          const { byteLength } = file;
          progress({ phase: 'compile', loadedBytes: byteLength, totalBytes: byteLength });
          const session = createSession(loaded);
          await session.prepare();
          const text =
            file.tokenizerJson === undefined
              ? undefined
              : openTokenizer({
                  tokenizerJson: file.tokenizerJson,
                  ...(file.tokenizerConfig === undefined ? {} : { tokenizerConfig: file.tokenizerConfig }),
                  ...(file.chatTemplate === undefined ? {} : { chatTemplate: file.chatTemplate }),
                  endOfSequenceIds: file.config.endOfSequenceIds,
                });
          held = { model: loaded, session, tokenizer: text, adapters: new Map() };
        } catch (error) {
          loaded.destroy();
          throw error;
        }
        const { architecture, layerCount, hiddenSize, vocabularySize } = loaded.config;
        const { parameterCount, contextLength, weightBytes } = loaded;
        return { architecture, parameterCount, layerCount, hiddenSize, contextLength, vocabularySize, weightBytes };
      }),

    loadAdapter: ({ id, config, weights }) =>
      inTurn(async () => {
        const { model: loaded, session, adapters } = model();
        const file = await readAdapter({ config, weights, model: loaded.config });
        const old = adapters.get(id);
        if (old !== undefined) release(old, session);
        adapters.delete(id);
        const device = uploadAdapter(loaded.backend, id, file.modules, loaded.config.layerCount);
        adapters.set(id, { file, device });
        const { rank, parameterCount, targetModules } = file;
        return { id, rank, parameterCount, targetModules };
      }),

    unloadAdapter: ({ id }) =>
      inTurn(async () => {
        const { session, adapters } = model();
        release(adapter(id), session);
        adapters.delete(id);
      }),

    async *chat(request, { signal }) {
      const done = await takeTurn();
      try {
        yield* answer(request, signal);
      } finally {
        done();
      }
    },

    encode: async ({ text }) => tokenizer().encode(text),
    decode: async ({ ids }) => tokenizer().decode(ids),
    encodeRows: async ({ rows }) => rows.map((row) => tokenizer().encodeRow(row)),

    async *train(request, context: CallContext) {
      const { model: loaded } = model();
      const done = await takeTurn();
      training = true;
      try {
        for await (const event of train(loaded, request, context)) yield withBuffers(event);
      } finally {
        training = false;
        done();
      }
    },

    rowGradient: ({ adapterId, row }, { signal }) =>
      inTurn(async () => {
        const found = adapter(adapterId);
        found.gradients ??= rowGradients(model().model, found.file.modules, { slots: 1 });
        const gradient = new Float32Array(found.gradients.length);
        for await (const each of found.gradients.gradients([row], signal)) gradient.set(each.gradient);
        return transfer(gradient, [gradient.buffer]);
      }),
  };
}

/** Adapter and checkpoint bytes move to the page instead of being copied. */
function withBuffers(event: TrainEvent): TrainEvent {
  if (event.kind === 'checkpoint') return transfer(event, [event.bytes.buffer]);
  return event.kind === 'done' ? transfer(event, [event.weights.buffer]) : event;
}
