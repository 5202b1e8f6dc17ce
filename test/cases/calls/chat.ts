// The engine's public calls of chat and training, with the tiny Llama of the goldens on the CPU.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { checkChatRequest } from '../../../src/engine/chat/checkChatRequest.ts';
import { createGrammars } from '../../../src/engine/chat/createGrammars.ts';
import { createEngineService } from '../../../src/engine/createEngineService.ts';
import type { ChatMessage, EngineService, JsonSchema, TrainRequest } from '../../../src/engine/index.ts';
import { openBackend } from '../../../src/engine/openBackend.ts';
import { openTokenizer } from '../../../src/engine/tokenizer/openTokenizer.ts';
import type { Json } from '../../../src/lib/canonicalJson.ts';
import type { CallContext } from '../../../src/lib/rpc.ts';
import type { Call } from './call.ts';

const root = path.join(import.meta.dirname, '../../golden/engine');
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };

const messagesOf = (messages: readonly ChatMessage[] | undefined): readonly ChatMessage[] =>
  messages ?? [{ role: 'user', content: 't7t8' }];

async function openTiny(more: readonly { readonly name: string; readonly blob: Blob }[] = []): Promise<EngineService> {
  const read = async (name: string) => ({
    name: path.basename(name),
    blob: new Blob([await readFile(path.join(root, name))]),
  });
  const names = ['tiny-llama/config.json', 'tiny-llama/model.safetensors', 'tiny-llama-onnx/tokenizer.json'];
  const service = createEngineService({ openBackend: () => openBackend({ device: 'cpu' }) });
  await service.loadModel({ files: [...(await Promise.all(names.map(read))), ...more], contextLength: 64 }, context);
  return service;
}

async function answer(service: EngineService, messages?: readonly ChatMessage[]): Promise<string> {
  let text = '';
  for await (const { delta } of service.chat(
    { messages: messagesOf(messages), temperature: 0, max_tokens: 8 },
    context,
  ))
    text += delta;
  return text;
}

/** A text, or one that is made of a repeated part: `{ before, repeat, times, after }`. */
function textOf(spelled: Json): string {
  if (typeof spelled === 'string') return spelled;
  const { before = '', repeat, times, after = '' } = spelled as Record<string, string> & { times: number };
  return `${before}${(repeat ?? '').repeat(times)}${after}`;
}

export const calls: Readonly<Record<string, Call>> = {
  /** `{ template, messages, addGenerationPrompt? }`, the template as of `textOf`: the prompt that a chat template makes. */
  prompt: async (input) => {
    const {
      template,
      messages,
      addGenerationPrompt = true,
    } = input as unknown as {
      template: Json;
      messages?: readonly ChatMessage[];
      addGenerationPrompt?: boolean;
    };
    const tokenizerJson = JSON.parse(await readFile(path.join(root, 'tiny-llama-onnx/tokenizer.json'), 'utf8'));
    return openTokenizer({ tokenizerJson, chatTemplate: textOf(template) }).renderChat(
      messagesOf(messages),
      addGenerationPrompt,
    );
  },

  /** `{ template }`: loads a model with this chat template; gives the ids of a text, and what a chat comes to. */
  template: async (input) => {
    const { template } = input as { template: string };
    const service = await openTiny([{ name: 'chat_template.jinja', blob: new Blob([template]) }]);
    const ids = await service.encode({ text: 't1t2' }, context);
    const chat = await answer(service).then(
      () => 'answered',
      (error: { code: string; facts: Json }) => ({ code: error.code, facts: error.facts }),
    );
    return { ids, chat } as Json;
  },

  /** `{ schema, answers }`: which of the answers can come when a chat is constrained to the schema, byte by byte. */
  allows: async (input) => {
    const { schema, answers } = input as { schema: JsonSchema; answers: Json[] };
    const response_format = { type: 'json_schema', json_schema: { schema } } as const;
    const { grammar = '' } = checkChatRequest(
      { messages: messagesOf(undefined), response_format },
      new Set(['response_format']),
    );
    const end = 256;
    const bytesOf = (id: number): Uint8Array | undefined => (id === end ? undefined : Uint8Array.of(id));
    const grammars = createGrammars({ size: end + 1, bytesOf, endIds: [end] });
    const came: boolean[] = [];
    for (const spelled of answers) {
      const matcher = await grammars.constrain(grammar);
      let fits = true;
      for (const id of [...new TextEncoder().encode(textOf(spelled)), end]) {
        const bits = await matcher.allowed();
        fits = (((bits[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
        if (!fits) break;
        matcher.accept(id);
      }
      came.push(fits);
      matcher.destroy();
    }
    grammars.destroy();
    return came;
  },

  /** `{ request }`: trains with these fields in place of usable ones; whatever comes of it, the model must answer as before. */
  train: async (input) => {
    const { request } = input as unknown as { request: Partial<TrainRequest> };
    const service = await openTiny();
    const before = await answer(service);
    const usable: TrainRequest = {
      rows: [{ inputIds: [1, 2, 3, 4], promptLength: 2 }],
      rank: 2,
      alpha: 4,
      learningRate: 0.001,
      schedule: 'constant',
      warmupSteps: 0,
      epochs: 1,
      batchSize: 1,
      weightDecay: 0,
      maxGradientNorm: 1,
      seed: 1,
    };
    const kinds: string[] = [];
    let refusal: unknown;
    try {
      for await (const { kind } of service.train({ ...usable, ...request }, context)) kinds.push(kind);
    } catch (error) {
      refusal = error;
    }
    if ((await answer(service)) !== before) throw new Error('The model answers otherwise than before.');
    if (refusal !== undefined) throw refusal;
    return kinds;
  },
};
