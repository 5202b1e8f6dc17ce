// The models that engines are measured with.
import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import path from 'node:path';
import { openModelFile } from '../../src/engine/index.ts';
import { generateQwen } from './models/generateQwen.ts';
import { type DecoderGraphOptions, writeDecoder } from './onnx/writeDecoder.ts';

export interface Subject {
  readonly name: string;
  /** Relative to the project's root; the development server serves it too. */
  readonly file: string;
  readonly chat: readonly number[];
  /** Golden greedy continuation of the chat; absent for weights without a reference. */
  readonly expected?: readonly number[];
  /** Whether prompts of 256 ids are timed, by this engine and by others. */
  readonly compared: boolean;
}

const root = path.dirname(path.dirname(import.meta.dirname));
const GENERATED = '.cache/models/generated-qwen2.5-0.5b.Q4_0.gguf';

function goldenChat(file: string): Pick<Subject, 'chat' | 'expected'> {
  const { chats } = JSON.parse(readFileSync(path.join(root, 'test/golden/engine', file), 'utf8')) as {
    readonly chats: readonly { readonly ids: readonly number[]; readonly greedy: readonly number[] }[];
  };
  const [chat] = chats;
  if (chat === undefined) throw new RangeError(`${file} has no chat.`);
  return { chat: chat.ids, expected: chat.greedy };
}

/** Ids that no natural prompt has, all different and in every vocabulary. */
export function promptOf(length: number): number[] {
  return Array.from({ length }, (_, index) => 300 + ((index * 7) % 1_000));
}

/** The subjects that are present; the generated one is created. */
export function subjects(): { readonly present: readonly Subject[]; readonly missing: readonly string[] } {
  if (!existsSync(path.join(root, GENERATED))) generateQwen(path.join(root, GENERATED));
  const all: Subject[] = [
    {
      name: 'seedling',
      file: 'public/models/seedling/seedling.Q8_0.gguf',
      ...goldenChat('seedling.json'),
      compared: false,
    },
    {
      name: 'SmolLM2-135M Q4_1',
      file: '.cache/models/SmolLM2-135M-Instruct.Q4_1.gguf',
      ...goldenChat('smollm2/golden.json'),
      compared: true,
    },
    { name: 'Qwen2.5-0.5B shape Q4_0', file: GENERATED, chat: promptOf(37), compared: true },
  ];
  const here = (subject: Subject): boolean => existsSync(path.join(root, subject.file));
  return {
    present: all.filter(here),
    missing: all
      .filter((subject) => !here(subject))
      .map(({ name }) => `${name} is not here; npm run model -- smollm2 fetches it.`),
  };
}

/** The ONNX graph of a subject, written once. Returns its path relative to the project's root. */
export async function graphOf(subject: Subject, options: DecoderGraphOptions): Promise<string> {
  const { activations, accuracyLevel, contextLength } = options;
  const base = path.basename(subject.file, '.gguf');
  const graph = `.cache/models/${base}.${activations}-${accuracyLevel}-${contextLength}.onnx`;
  if (existsSync(path.join(root, graph))) return graph;
  const file = path.join(root, subject.file);
  const model = await openModelFile([{ name: file, blob: await openAsBlob(file) }]);
  await writeDecoder(model, path.join(root, graph), options);
  return graph;
}
