// Transformers.js behind the chat interface: ONNX decoders of any repository, on WebGPU or, without it, on WebAssembly. Its
// runtime's WebAssembly comes from where this program comes from, never from a CDN. Library and runtime (27 MB) are loaded by the
// first model.
import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';
import runtimeModuleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import runtimeBinaryUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import {
  answerChat,
  type ChatChunk,
  type ChatRequest,
  checkChatRequest,
  createGrammars,
  type Grammars,
  openTokenizer,
  type Sequence,
  sampleTokens,
  seededRandom,
  type TextTokenizer,
} from '../../../engine/index.ts';
import { checkedService } from '../../../lib/checkedService.ts';
import { TributaryError } from '../../../lib/errors.ts';
import { createMutex } from '../../../lib/mutex.ts';
import { HUGGING_FACE_HUB } from '../../hub/hubAddress.ts';
import { requestSchemas } from '../requestSchemas.ts';
import { runtimeCapabilities } from '../runtimeCapabilities.ts';
import { answerFailure, loadFailure, notLoaded, noWebGpu } from '../runtimeErrors.ts';
import type { LoadRuntimeModelRequest, RuntimeModel, RuntimeProgress, RuntimeService } from '../types.ts';
import { createOnnxSequence } from './createOnnxSequence.ts';
import { chatTemplateUrl, readChatTemplate } from './readChatTemplate.ts';

type Library = typeof import('@huggingface/transformers');

interface Loaded {
  readonly model: PreTrainedModel;
  readonly tokenizer: TextTokenizer;
  readonly grammars: Grammars;
  readonly reader: Sequence;
}

const CHAT_FIELDS = new Set(runtimeCapabilities('transformers').chatFields);
/** For a model whose config does not say. */
const DEFAULT_CONTEXT_LENGTH = 2_048;

function sourceOf(model: RuntimeModel): Extract<RuntimeModel['source'], { kind: 'onnx' }> {
  if (model.source.kind === 'onnx') return model.source;
  throw new TributaryError({
    code: 'RUNTIME_MODEL_UNKNOWN',
    message: `"${model.id}" is not an ONNX model of a repository.`,
    facts: { model: model.id },
    hint: 'Choose a repository with an "onnx" folder.',
  });
}

/** Loads the library and points it at one hub. The token goes to the hub's origin alone; no other origin is asked first. */
async function openLibrary({
  hub = HUGGING_FACE_HUB,
  token,
}: Pick<LoadRuntimeModelRequest, 'hub' | 'token'>): Promise<Library> {
  const library = await import('@huggingface/transformers');
  const { env } = library;
  const { origin } = new URL(hub);
  env.allowLocalModels = false;
  env.remoteHost = `${hub}/`;
  env.remotePathTemplate = '{model}/resolve/{revision}/';
  env.useWasmCache = false;
  const { wasm } = env.backends.onnx;
  if (wasm !== undefined) wasm.wasmPaths = { mjs: runtimeModuleUrl, wasm: runtimeBinaryUrl };
  env.fetch = (input, init: RequestInit = {}) => {
    const url = new URL(String(input instanceof Request ? input.url : input), self.location.href);
    if (url.origin !== origin && url.origin !== self.location.origin && !/^(blob|data):$/.test(url.protocol)) {
      throw new TributaryError({
        code: 'RUNTIME_REQUEST_REFUSED',
        message: 'The runtime asked for an address that is not of the hub.',
        facts: { origin: url.origin, hub },
        hint: 'This is a mistake in the program: report it with these details.',
      });
    }
    const headers = new Headers(init.headers);
    if (token !== undefined && url.origin === origin) headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers, credentials: 'omit', referrerPolicy: 'no-referrer' });
  };
  return library;
}

/** Whether to compute on WebGPU. Throws `RUNTIME_NO_WEBGPU` where it was asked for and is not there. */
async function chooseGpu(
  model: RuntimeModel,
  device: LoadRuntimeModelRequest['device'] = 'automatic',
): Promise<boolean> {
  if (device === 'cpu') return false;
  const adapter = (await navigator.gpu?.requestAdapter()) ?? undefined;
  const usable = adapter !== undefined && model.features.every((feature) => adapter.features.has(feature));
  if (device === 'gpu' && !usable) throw noWebGpu(model.id);
  // A GPU in software is slower than WebAssembly on the same CPU.
  const software = /swiftshader|llvmpipe|lavapipe|warp|software/i.test(
    `${adapter?.info.vendor} ${adapter?.info.architecture} ${adapter?.info.description}`,
  );
  return usable && (device === 'gpu' || !software);
}

function endIdsOf(config: object | null | undefined): number[] {
  const ids = (config as { readonly eos_token_id?: unknown } | null | undefined)?.eos_token_id;
  return (Array.isArray(ids) ? ids : [ids]).filter((id): id is number => typeof id === 'number');
}

/** The engine's tokenizer from the files that the library has read: it never takes written text for special tokens. */
function textTokenizer(
  found: PreTrainedTokenizer,
  model: PreTrainedModel,
  chatTemplate: string | undefined,
): TextTokenizer {
  const { _tokenizerJSON: tokenizerJson, _tokenizerConfig: tokenizerConfig } = found as PreTrainedTokenizer & {
    readonly _tokenizerJSON: Record<string, unknown>;
    readonly _tokenizerConfig: Record<string, unknown>;
  };
  return openTokenizer({
    tokenizerJson,
    tokenizerConfig,
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    endOfSequenceIds: [...endIdsOf(model.config), ...endIdsOf(model.generation_config)],
  });
}

/** Transformers.js as a `RuntimeService`. */
export function createTransformersService(): RuntimeService {
  let loaded: Loaded | undefined;
  const acquire = createMutex();

  async function unload(): Promise<void> {
    const old = loaded;
    loaded = undefined;
    old?.reader.truncate(0);
    old?.grammars.destroy();
    await old?.model.dispose();
  }

  async function* answer(current: Loaded, request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    const settings = checkChatRequest(request, CHAT_FIELDS);
    const { tokenizer, reader, grammars } = current;
    const prompt = tokenizer.encodeChat(settings.messages, { addGenerationPrompt: true });
    if (prompt.length > reader.contextLength) {
      throw new TributaryError({
        code: 'ENGINE_CONTEXT_FULL',
        message: 'The conversation is longer than the context of this model.',
        facts: { tokens: prompt.length, contextLength: reader.contextLength },
        hint: 'Start a new conversation, or shorten the message.',
      });
    }
    const stopIds = tokenizer.endIds;
    const constraint = settings.grammar === undefined ? undefined : await grammars.constrain(settings.grammar);
    const random = seededRandom(settings.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
    const maxTokens = settings.maxTokens ?? reader.contextLength;
    try {
      yield* answerChat({
        tokenizer,
        promptTokens: prompt.length,
        stops: settings.stops,
        sample: () => sampleTokens(reader, prompt, { settings, maxTokens, stopIds, random, constraint, signal }),
      });
    } catch (error) {
      throw answerFailure(error);
    } finally {
      constraint?.destroy();
    }
  }

  const service: RuntimeService = {
    models: async () => [],

    async load({ model: wanted, device, ...access }, { signal, progress }) {
      const { repository, revision, format } = sourceOf(wanted);
      const gpu = await chooseGpu(wanted, device);
      const done = await acquire(signal);
      let model: PreTrainedModel | undefined;
      try {
        await unload();
        const library = await openLibrary(access);
        const report = (value: RuntimeProgress): void => progress(value);
        const options = {
          revision,
          progress_callback: (event: { status: string; progress?: number; file?: string }) => {
            // Called between the pieces of a download: the one place where the library can be stopped.
            signal.throwIfAborted();
            if (event.status === 'progress_total') report({ share: (event.progress ?? 0) / 100, text: repository });
          },
        };
        try {
          model = await library.AutoModelForCausalLM.from_pretrained(repository, {
            ...options,
            dtype: format,
            device: gpu ? 'webgpu' : 'wasm',
          });
          const found = await library.AutoTokenizer.from_pretrained(repository, options);
          const { chat_template: named } = found;
          const template =
            (typeof named === 'string' ? named : (named as { default?: string } | null)?.default) ??
            (await readChatTemplate(library.env, chatTemplateUrl(library.env.remoteHost, repository, revision)));
          const tokenizer = textTokenizer(found, model, template);
          signal.throwIfAborted();
          const config = model.config as { max_position_embeddings?: number; vocab_size?: number };
          const contextLength = wanted.contextLength ?? config.max_position_embeddings ?? DEFAULT_CONTEXT_LENGTH;
          const reader = createOnnxSequence(library, model, contextLength);
          const grammars = createGrammars({ ...tokenizer, size: config.vocab_size ?? 0 });
          loaded = { model, tokenizer, grammars, reader };
          return { device: gpu ? 'gpu' : 'cpu', contextLength };
        } catch (error) {
          await model?.dispose();
          throw signal.aborted ? signal.reason : loadFailure(wanted.id, error);
        }
      } finally {
        done();
      }
    },

    async *chat(request, { signal }) {
      const done = await acquire(signal);
      try {
        if (loaded === undefined) throw notLoaded();
        yield* answer(loaded, request, signal);
      } finally {
        done();
      }
    },

    async remove({ model, hub }, { signal }) {
      const { repository, revision, format } = sourceOf(model);
      // The library has one hub and one token for everything: not in the middle of a loading.
      const done = await acquire(signal);
      try {
        const { ModelRegistry, env } = await openLibrary(hub === undefined ? {} : { hub });
        await ModelRegistry.clear_cache(repository, { revision, dtype: format });
        await (await caches.open(env.cacheKey)).delete(chatTemplateUrl(env.remoteHost, repository, revision));
      } finally {
        done();
      }
    },

    async unload(_, { signal }) {
      const done = await acquire(signal);
      await unload().finally(done);
    },
  };
  return checkedService(service, requestSchemas);
}
