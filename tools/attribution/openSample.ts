// A sample adapter with everything that its evaluation and attribution need: the base model, its tokenizer, the
// Datanet's rows, and two functions of the adapter: gradients of rows, and greedy answers.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  createSession,
  type EncodedRow,
  generate,
  type PerSampleGradients,
  perSampleGradients,
  readAdapter,
  uploadAdapter,
} from '../../src/engine/index.ts';
import { openSeedling } from '../openSeedling.ts';

export const publicFolder = path.resolve(import.meta.dirname, '../../public');

export type SampleRow = { readonly prompt: string; readonly response: string };

export interface SampleQuestion {
  readonly prompt: string;
  readonly expected: string;
  /** Range of the Datanet's rows that state the fact: [first, end). */
  readonly rows: readonly [number, number];
}

export interface Sample {
  /** Training rows, and held-out rows of the same kinds. */
  readonly rows: readonly SampleRow[];
  readonly placebo: readonly SampleRow[];
  /** Both as JSON lines. */
  readonly texts: { readonly rows: string; readonly placebo: string };
  readonly contributors: readonly {
    readonly address: string;
    /** Ranges of this contributor's trained and held-out rows: [first, end). */
    readonly rows: readonly [number, number];
    readonly placebo: readonly [number, number];
  }[];
  readonly device: string;
  readonly questions: readonly SampleQuestion[];
  readonly gradients: PerSampleGradients;
  encode(row: SampleRow): EncodedRow;
  /** Greedy answer to a question, from the adapter or the base model alone, and question and answer as one row. */
  answer(
    prompt: string,
    by?: 'adapter' | 'base',
  ): Promise<{ readonly text: string; readonly ids: readonly number[]; readonly row: EncodedRow }>;
  destroy(): void;
}

const file = (...parts: readonly string[]): string => path.join(publicFolder, ...parts);
const json = <Value>(...parts: readonly string[]): Value => JSON.parse(readFileSync(file(...parts), 'utf8')) as Value;

/** `backendName` as in `openSeedling`. */
export async function openSample(id: string, backendName: string): Promise<Sample> {
  const { model, tokenizer } = await openSeedling(backendName);
  const { modules } = await readAdapter({
    config: json('adapters', id, 'adapter_config.json'),
    weights: readFileSync(file('adapters', id, 'adapter_model.safetensors')),
    model: model.config,
  });
  const adapter = uploadAdapter(model.backend, id, modules, model.config.layerCount);
  const session = createSession(model);
  const gradients = perSampleGradients(model, modules);
  const { contributors } = json<Pick<Sample, 'contributors'>>('datanets', id, 'datanet.json');
  const text = (name: string): string => readFileSync(file('datanets', id, name), 'utf8');
  const texts = { rows: text('rows.jsonl'), placebo: text('placebo.jsonl') };
  const parse = (lines: string): SampleRow[] =>
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SampleRow);
  return {
    rows: parse(texts.rows),
    placebo: parse(texts.placebo),
    texts,
    contributors,
    device: model.backend.description,
    questions: json('datanets', id, 'eval.json'),
    encode: (row) => tokenizer.encodeRow(row),
    gradients,
    async answer(prompt, by = 'adapter') {
      session.useAdapter(by === 'adapter' ? adapter : undefined);
      const promptIds = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
      const ids: number[] = [];
      const options = { maxTokens: 40, temperature: 0, stopIds: tokenizer.endIds };
      for await (const token of generate(session, promptIds, options)) ids.push(token);
      const end = tokenizer.endIds.slice(0, 1);
      return {
        text: tokenizer.decode(ids),
        ids,
        row: { inputIds: [...promptIds, ...ids, ...end], promptLength: promptIds.length },
      };
    },
    destroy() {
      gradients.destroy();
      session.destroy();
      adapter.destroy();
      model.backend.destroy();
    },
  };
}
