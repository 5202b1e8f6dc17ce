// Answers a chat request with the loaded model; the answer survives the loss of its device.
import type { CallContext } from '../../lib/rpc.ts';
import { answerChat } from '../chat/answerChat.ts';
import { checkChatRequest } from '../chat/checkChatRequest.ts';
import { tokenFields } from '../chat/tokenFields.ts';
import type { ChatChunk, ChatField, ChatRequest } from '../chat/types.ts';
import { sampleTokens } from '../sampling/sampleTokens.ts';
import { seededRandom } from '../sampling/seededRandom.ts';
import type { ModelManager } from './createModelManager.ts';

const chatFields: ReadonlySet<ChatField> = new Set<ChatField>([...tokenFields, 'adapterId']);

/** The pieces of the answer. Throws as `EngineService.chat`. */
export async function* answerRequest(
  models: ModelManager,
  request: ChatRequest,
  context: CallContext,
): AsyncGenerator<ChatChunk> {
  const { tokenizer, grammars } = models.text();
  const settings = checkChatRequest(request, chatFields);
  const { signal } = context;
  if (settings.adapterId !== undefined) models.adapter(settings.adapterId);
  const prompt = tokenizer.encodeChat(settings.messages, { addGenerationPrompt: true });
  const seed = settings.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const random = seededRandom(seed);
  const constraint = settings.grammar === undefined ? undefined : await grammars.constrain(settings.grammar);
  let lastRecovery = -1;
  try {
    yield* answerChat({
      tokenizer,
      promptTokens: prompt.length,
      stops: settings.stops,
      async *sample(sampled) {
        const { session } = await models.ready(context);
        session.useAdapter(settings.adapterId === undefined ? undefined : models.adapter(settings.adapterId));
        const maxTokens = settings.maxTokens ?? session.contextLength;
        const options = {
          settings,
          sampled,
          maxTokens,
          stopIds: tokenizer.endIds,
          random,
          seed,
          constraint,
          signal,
        };
        return yield* sampleTokens(session, prompt, options);
      },
      async recover(error, sampledTokens) {
        // A device that is lost again before it produced a token is treated as gone for good.
        if (signal.aborted || sampledTokens === lastRecovery || !(await models.isLost())) throw error;
        lastRecovery = sampledTokens;
      },
    });
  } finally {
    constraint?.destroy();
  }
}
