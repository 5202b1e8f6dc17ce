// Golden tokenizers: encoding, decoding, chat templates and streamed text, all exact.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChatMessage } from '../../src/engine/chat/types.ts';
import { openTokenizer, type TextTokenizer } from '../../src/engine/tokenizer/openTokenizer.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import type { CasesOfFolder, Measured } from './conformanceCase.ts';
import { hasFiles, readJson } from './goldenFiles.ts';

interface TextCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly ids_with_special: readonly number[];
  readonly ids_without_parsing?: readonly number[];
  readonly decoded: string;
  readonly decoded_skip_special: string;
}

interface ChatCase {
  readonly messages: readonly ChatMessage[];
  readonly add_generation_prompt: boolean;
  readonly text?: string;
  readonly ids?: readonly number[];
  readonly error?: string;
}

interface StreamCase {
  readonly ids: readonly number[];
  readonly shown: readonly string[];
  readonly final: string;
}

export function openGoldenTokenizer(folder: string): TextTokenizer {
  const tokenizerConfig = readJson<Record<string, unknown>>(folder, 'tokenizer_config.json');
  const file = hasFiles(folder, 'chat_template.jinja')
    ? readFileSync(path.join(folder, 'chat_template.jinja'), 'utf8')
    : undefined;
  const chatTemplate = file ?? tokenizerConfig['chat_template'];
  return openTokenizer({
    tokenizerJson: readJson(folder, 'tokenizer.json'),
    tokenizerConfig,
    ...(typeof chatTemplate === 'string' ? { chatTemplate } : {}),
  });
}

/** Counts the cases that differ; the note names the first. */
function countWrong<Case>(cases: readonly Case[], differs: (item: Case) => boolean): Measured {
  const wrong = cases.filter(differs);
  const first = wrong[0] === undefined ? '' : `; first: ${JSON.stringify(wrong[0]).slice(0, 160)}`;
  return { error: cases.length === 0 ? Number.NaN : wrong.length, tolerance: 0, note: `${cases.length} cases${first}` };
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

export function compareTexts(
  tokenizer: TextTokenizer,
  cases: readonly TextCase[],
): readonly { readonly name: string; readonly run: () => Promise<Measured> }[] {
  const checks: readonly [string, (item: TextCase) => boolean][] = [
    ['encode', ({ text, ids }) => !same(tokenizer.encode(text, { parseSpecial: true }), ids)],
    [
      'encode with special',
      ({ text, ids_with_special }) =>
        !same(tokenizer.encode(text, { parseSpecial: true, addSpecial: true }), ids_with_special),
    ],
    [
      'encode without parsing',
      ({ text, ids, ids_without_parsing }) => !same(tokenizer.encode(text), ids_without_parsing ?? ids),
    ],
    ['decode', ({ ids, decoded }) => tokenizer.decode(ids) !== decoded],
    [
      'decode without special',
      ({ ids, decoded_skip_special }) => tokenizer.decode(ids, { skipSpecial: true }) !== decoded_skip_special,
    ],
  ];
  return checks.map(([name, differs]) => ({ name, run: async () => countWrong(cases, differs) }));
}

function chatDiffers(
  tokenizer: TextTokenizer,
  { messages, add_generation_prompt, text, ids, error }: ChatCase,
): boolean {
  try {
    const rendered = tokenizer.renderChat(messages, add_generation_prompt);
    const encoded = tokenizer.encodeChat(messages, {
      addGenerationPrompt: add_generation_prompt,
      parseSpecialInMessages: true,
    });
    return error !== undefined || rendered !== text || !same(encoded, ids);
  } catch (failure) {
    return !(error !== undefined && failure instanceof TributaryError && failure.facts['reason'] === error);
  }
}

function streamDiffers(tokenizer: TextTokenizer, { ids, shown, final }: StreamCase): boolean {
  const decoder = tokenizer.stream();
  let text = '';
  for (const [index, id] of ids.entries()) {
    text += decoder.push(id);
    if (text !== shown[index]) return true;
  }
  return text + decoder.finish() !== final;
}

export const cases: CasesOfFolder = async function* (folder) {
  if (!hasFiles(folder, 'tokenizer.json', 'cases.json')) return;
  const tokenizer = openGoldenTokenizer(folder);
  yield* compareTexts(tokenizer, readJson<TextCase[]>(folder, 'cases.json'));
  if (hasFiles(folder, 'chat.json')) {
    const chats = readJson<ChatCase[]>(folder, 'chat.json');
    yield { name: 'chat template', run: async () => countWrong(chats, (item) => chatDiffers(tokenizer, item)) };
  }
  if (hasFiles(folder, 'streaming.json')) {
    const streams = readJson<StreamCase[]>(folder, 'streaming.json');
    yield { name: 'streaming', run: async () => countWrong(streams, (item) => streamDiffers(tokenizer, item)) };
    yield {
      name: 'decode of streams',
      run: async () => countWrong(streams, ({ ids, final }) => tokenizer.decode(ids, { skipSpecial: true }) !== final),
    };
  }
};
