// WebLLM behind the chat interface: its own prebuilt models, on WebGPU. The library is 7 MB and is loaded by the first call.
import type * as WebLlm from '@mlc-ai/web-llm';
import { type ChatChunk, type ChatRequest, checkChatRequest, createStopScanner } from '../../../engine/index.ts';
import { checkedService } from '../../../lib/checkedService.ts';
import { TributaryError } from '../../../lib/errors.ts';
import { createMutex } from '../../../lib/mutex.ts';
import { HUGGING_FACE_HUB } from '../../hub/hubAddress.ts';
import { requestSchemas } from '../requestSchemas.ts';
import { runtimeCapabilities } from '../runtimeCapabilities.ts';
import { answerFailure, loadFailure, notLoaded, noWebGpu } from '../runtimeErrors.ts';
import type { RuntimeService } from '../types.ts';
import { webLlmModels } from './webLlmModels.ts';
import { webLlmRequest } from './webLlmRequest.ts';

const CHAT_FIELDS = new Set(runtimeCapabilities('webLlm').chatFields);
/** What WebLLM reserves when a model's record says nothing. */
const DEFAULT_CONTEXT_LENGTH = 4_096;

/** The list with another hub in the place of Hugging Face. */
function configFor({ prebuiltAppConfig }: typeof WebLlm, hub: string): WebLlm.AppConfig {
  const model_list = prebuiltAppConfig.model_list.map((record) => ({
    ...record,
    model: record.model.replace(HUGGING_FACE_HUB, hub),
  }));
  return { ...prebuiltAppConfig, model_list };
}

function checkListed({ model_list }: WebLlm.AppConfig, id: string): void {
  if (model_list.some(({ model_id }) => model_id === id)) return;
  throw new TributaryError({
    code: 'RUNTIME_MODEL_UNKNOWN',
    message: `WebLLM lists no model "${id}".`,
    facts: { model: id },
    hint: 'Choose a model of its list.',
  });
}

/** WebLLM as a `RuntimeService`. */
export function createWebLlmService(): RuntimeService {
  let loaded: WebLlm.MLCEngine | undefined;
  /** WebLLM answers one request at a time. */
  const acquire = createMutex();

  const library = (): Promise<typeof WebLlm> => import('@mlc-ai/web-llm');

  async function unload(): Promise<void> {
    const old = loaded;
    loaded = undefined;
    await old?.unload();
  }

  async function* answer(
    engine: WebLlm.MLCEngine,
    request: ChatRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ChatChunk> {
    const settings = checkChatRequest(request, CHAT_FIELDS);
    signal.throwIfAborted();
    const scanner = createStopScanner(settings.stops);
    const started = performance.now();
    let prefilled: number | undefined;
    let finish: 'stop' | 'length' = 'stop';
    let usage: WebLlm.CompletionUsage | undefined;
    // An interrupted answer still ends its stream, which frees the library's lock.
    const interrupt = (): void => void engine.interruptGenerate();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const stream = await engine.chat.completions.create(webLlmRequest(settings));
      for await (const { choices, usage: total } of stream) {
        prefilled ??= performance.now();
        usage = total ?? usage;
        const [choice] = choices;
        if (choice?.finish_reason === 'length') finish = 'length';
        if (scanner.stopped || signal.aborted) {
          // The library forgets an interruption that came before it began.
          interrupt();
          continue;
        }
        const delta = scanner.push(choice?.delta.content ?? '');
        if (delta !== '') yield { delta, ids: [], finish_reason: null };
        if (scanner.stopped) interrupt();
      }
      signal.throwIfAborted();
      const ended = performance.now();
      yield {
        delta: scanner.finish(),
        ids: [],
        finish_reason: scanner.stopped ? 'stop' : finish,
        ...(scanner.stopText === undefined ? {} : { stop_reason: scanner.stopText }),
        usage: {
          prompt_tokens: usage?.prompt_tokens ?? 0,
          completion_tokens: usage?.completion_tokens ?? 0,
          prefillMilliseconds: (prefilled ?? ended) - started,
          decodeMilliseconds: ended - (prefilled ?? ended),
        },
      };
    } catch (error) {
      throw answerFailure(error);
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  const service: RuntimeService = {
    models: async () => webLlmModels((await library()).prebuiltAppConfig.model_list),

    async load({ model, hub = HUGGING_FACE_HUB }, { signal, progress }) {
      if ((await navigator.gpu?.requestAdapter()) == null) throw noWebGpu(model.id);
      const webLlm = await library();
      const appConfig = configFor(webLlm, hub);
      checkListed(appConfig, model.id);
      const done = await acquire(signal);
      try {
        await unload();
        signal.throwIfAborted();
        const engine = new webLlm.MLCEngine({
          appConfig,
          initProgressCallback: ({ progress: share, text }) => progress({ share, text }),
        });
        // `unload` aborts a loading.
        const stop = (): void => void engine.unload();
        signal.addEventListener('abort', stop, { once: true });
        try {
          await engine.reload(model.id);
          signal.throwIfAborted();
        } catch (error) {
          throw signal.aborted ? signal.reason : loadFailure(model.id, error);
        } finally {
          signal.removeEventListener('abort', stop);
        }
        loaded = engine;
        return { device: 'gpu', contextLength: model.contextLength ?? DEFAULT_CONTEXT_LENGTH };
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

    async remove({ model, hub = HUGGING_FACE_HUB }) {
      const webLlm = await library();
      const appConfig = configFor(webLlm, hub);
      checkListed(appConfig, model.id);
      await webLlm.deleteModelAllInfoInCache(model.id, appConfig);
    },

    async unload(_, { signal }) {
      const done = await acquire(signal);
      await unload().finally(done);
    },
  };
  return checkedService(service, requestSchemas);
}
