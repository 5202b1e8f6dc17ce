// Golden data of real models: tokenizer, chats, hidden states, perplexity and an adapter. The weights are not beside the data:
// they lie in the model cache (`npm run model`), or as the only GGUF file in the folder.
import { existsSync, openAsBlob, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readAdapter } from '../../src/engine/adapter/readAdapter.ts';
import type { ChatMessage } from '../../src/engine/chat/types.ts';
import { uploadAdapter } from '../../src/engine/model/deviceAdapter.ts';
import { observeLayers } from '../../src/engine/model/observeLayers.ts';
import { openModelFile } from '../../src/engine/openModelFile.ts';
import { scoreText } from '../../src/engine/quality/scoreText.ts';
import type { SafetensorsFile } from '../../src/engine/safetensors/openSafetensors.ts';
import { openTokenizer, type TextTokenizer } from '../../src/engine/tokenizer/openTokenizer.ts';
import type { CasesOfFolder, ConformanceCase } from './conformanceCase.ts';
import { countDifferences, hasFiles, largestDifference, openTensors, readFloats, readJson } from './goldenFiles.ts';
import { lazily } from './modelFolder.ts';
import { type GoldenTraining, realTrainingCases } from './realTraining.ts';
import { emptySession, type LazyModel } from './runModel.ts';

interface GoldenChat {
  readonly messages: readonly ChatMessage[];
  readonly rendered: string;
  readonly ids: readonly number[];
  readonly greedy: readonly number[];
  readonly margins: readonly number[];
  readonly text: string;
}

interface GoldenReal {
  readonly file?: string;
  readonly chats?: readonly GoldenChat[];
  readonly training?: GoldenTraining;
  readonly tokenizer?: readonly { readonly text: string; readonly ids: readonly number[]; readonly decoded: string }[];
  readonly text?: { readonly text: string; readonly ids: readonly number[]; readonly perplexity: number };
}

/** Thirty layers of f32 sums: see the README of the golden data. */
const tolerance = 2e-3;
/** Where the two best logits are nearer than this, either may win. */
const leastMargin = 4e-3;

const modelCache = path.join(import.meta.dirname, '../../.cache/models');

function findWeights(folder: string, file: string | undefined): string | undefined {
  const beside = readdirSync(folder).filter((name) => name.endsWith('.gguf'));
  if (beside[0] !== undefined && beside.length === 1) return path.join(folder, beside[0]);
  const cached = path.join(modelCache, file ?? '');
  return file !== undefined && existsSync(cached) ? cached : undefined;
}

function* tokenizerCases(
  { tokenizer: texts = [], chats = [] }: GoldenReal,
  tokenizer: TextTokenizer,
): Generator<ConformanceCase> {
  if (texts.length > 0) {
    yield {
      name: 'tokenizer',
      async run() {
        const wrong = texts.filter(
          ({ text, ids, decoded }) =>
            countDifferences(tokenizer.encode(text, { parseSpecial: true }), ids) > 0 ||
            tokenizer.decode(ids) !== decoded,
        );
        return { error: wrong.length, tolerance: 0, note: `${texts.length} texts` };
      },
    };
  }
  yield {
    name: 'chats as text and ids',
    async run() {
      const wrong = chats.filter(({ messages, rendered, ids }) => {
        const encoded = tokenizer.encodeChat(messages, { addGenerationPrompt: true });
        return tokenizer.renderChat(messages, true) !== rendered || countDifferences(encoded, ids) > 0;
      });
      return { error: wrong.length, tolerance: 0, note: `${chats.length} chats` };
    },
  };
}

/** Last logits of the prompt, then every greedy step, fed with the golden ids. */
function chatCase(
  chat: GoldenChat,
  index: number,
  golden: SafetensorsFile,
  load: LazyModel,
  tokenizer: TextTokenizer,
): ConformanceCase[] {
  return [
    {
      name: `chat ${index} last logits`,
      async run() {
        const { model } = await load();
        const logits = await emptySession(model).read(chat.ids);
        return { error: largestDifference(logits, await readFloats(golden, `chat${index}.last_logits`)), tolerance };
      },
    },
    {
      name: `chat ${index} greedy`,
      async run() {
        const { model } = await load();
        const session = emptySession(model);
        let wrong = 0;
        let next: readonly number[] = chat.ids;
        for (const [step, id] of chat.greedy.entries()) {
          const best = await session.readGreedy(next);
          if (best !== id && (chat.margins[step] ?? 0) > leastMargin) wrong += 1;
          next = [id];
        }
        if (tokenizer.decode(chat.greedy).replace(/<\|im_end\|>$/, '') !== chat.text.replace(/<\|im_end\|>$/, ''))
          wrong += 1;
        return { error: wrong, tolerance: 0, note: JSON.stringify(chat.text.slice(0, 60)) };
      },
    },
  ];
}

function* hiddenCases(chat: GoldenChat, golden: SafetensorsFile, load: LazyModel): Generator<ConformanceCase> {
  for (const name of golden.tensors.keys()) {
    const layers = /^chat0\.hidden_after_(\d+)$/.exec(name)?.[1];
    if (layers === undefined) continue;
    yield {
      name,
      async run() {
        const { model } = await load();
        const size = chat.ids.length * model.config.hiddenSize;
        const hidden = await observeLayers(model, chat.ids);
        const expected = await readFloats(golden, name);
        // The stream grows to hundreds in some channels: the difference is taken relative to its largest element.
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        const actual = hidden.subarray(Number(layers) * size, (Number(layers) + 1) * size);
        return {
          error: largestDifference(actual, expected) / largest,
          tolerance: 1e-4,
          note: `relative to ${largest.toFixed(1)}`,
        };
      },
    };
  }
}

function textCase(
  { ids, perplexity }: NonNullable<GoldenReal['text']>,
  golden: SafetensorsFile,
  load: LazyModel,
): ConformanceCase {
  return {
    name: 'log-probabilities of a text',
    async run() {
      const { model } = await load();
      const score = await scoreText(emptySession(model), ids);
      const error = largestDifference(score.logProbabilities, await readFloats(golden, 'text.logprobs'));
      return { error, tolerance, note: `perplexity ${score.perplexity.toFixed(4)}, golden ${perplexity.toFixed(4)}` };
    },
  };
}

function adapterCase(folder: string, chat: GoldenChat, golden: SafetensorsFile, load: LazyModel): ConformanceCase {
  return {
    name: 'adapter last logits',
    async run() {
      const { model } = await load();
      const weights = new Uint8Array(readFileSync(path.join(folder, 'adapter_model.safetensors')));
      const { modules } = await readAdapter({
        config: readJson(folder, 'adapter_config.json'),
        weights,
        model: model.config,
      });
      const adapter = uploadAdapter(model.backend, 'golden', modules, model.config.layerCount);
      const logits = await emptySession(model, adapter).read(chat.ids);
      emptySession(model).forgetAdapter(adapter);
      adapter.destroy();
      return { error: largestDifference(logits, await readFloats(golden, 'adapter.chat0.last_logits')), tolerance };
    },
  };
}

export const cases: CasesOfFolder = async function* (folder, backend, options) {
  if (!hasFiles(folder, 'golden.json', 'golden.safetensors')) return;
  const real = readJson<GoldenReal>(folder, 'golden.json');
  const { chats, file, text, training } = real;
  if (chats === undefined) return;
  const weights = findWeights(folder, file);
  if (weights === undefined) {
    yield {
      name: 'model',
      run: async () => ({
        unsupported: `its weights ${file} are not in the cache; npm run model -- smollm2 gets them`,
      }),
    };
    return;
  }
  const open = async () => openModelFile([{ name: path.basename(weights), blob: await openAsBlob(weights) }]);
  const { tokenizerJson = {}, tokenizerConfig = {}, chatTemplate = '', config } = await open();
  const tokenizer = openTokenizer({
    tokenizerJson,
    tokenizerConfig,
    chatTemplate,
    endOfSequenceIds: config.endOfSequenceIds,
  });
  yield* tokenizerCases(real, tokenizer);
  const golden = await openTensors(folder, 'golden.safetensors');
  const lazy = lazily(backend, open);
  const load: LazyModel = async () => ({ model: await lazy.load() });
  for (const [index, chat] of chats.entries()) yield* chatCase(chat, index, golden, load, tokenizer);
  const [first] = chats;
  if (first !== undefined) yield* hiddenCases(first, golden, load);
  if (text !== undefined) yield textCase(text, golden, load);
  const adapter = path.join(folder, 'adapter');
  if (first !== undefined && hasFiles(adapter, 'adapter_config.json')) yield adapterCase(adapter, first, golden, load);
  if (training !== undefined) {
    const isSlow = backend.kind === 'webgpu' && /swiftshader|llvmpipe/i.test(backend.description);
    yield* realTrainingCases({ folder, training, golden, load, whole: options?.whole === true || !isSlow });
  }
  await lazy.destroy();
};
