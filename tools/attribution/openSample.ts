// A sample adapter with everything that attribution needs of it: the base model, its tokenizer, the Datanet's rows as
// token ids, and two ways to use the adapter: gradients of rows, and greedy answers.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readAdapter } from '../../src/engine/adapter/readAdapter.ts';
import { createSession } from '../../src/engine/model/createSession.ts';
import { uploadAdapter } from '../../src/engine/model/deviceAdapter.ts';
import { generate } from '../../src/engine/sampling/generate.ts';
import type { EncodedRow } from '../../src/engine/service.ts';
import { type PerSampleGradients, perSampleGradients } from '../../src/engine/train/perSampleGradients.ts';
import { openSeedling } from '../openSeedling.ts';

export const publicFolder = path.resolve(import.meta.dirname, '../../public');

export type SampleRow = { readonly prompt: string; readonly response: string };

export interface SampleQuestion {
  readonly prompt: string;
  readonly expected: string;
  /** Rows of the Datanet that state the fact: the first, and the one after the last. */
  readonly rows: readonly [number, number];
}

export interface Sample {
  /** Trained rows; kept-out rows of the same kinds. */
  readonly rows: readonly SampleRow[];
  readonly placebo: readonly SampleRow[];
  readonly contributors: readonly {
    readonly address: string;
    /** Trained and kept-out rows of this contributor: the first, and the one after the last. */
    readonly rows: readonly [number, number];
    readonly placebo: readonly [number, number];
  }[];
  readonly device: string;
  readonly questions: readonly SampleQuestion[];
  readonly gradients: PerSampleGradients;
  encode(row: SampleRow): EncodedRow;
  /** Greedy answer to a question, and the two as one row. */
  answer(prompt: string): Promise<{ readonly text: string; readonly ids: readonly number[]; readonly row: EncodedRow }>;
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
  session.useAdapter(adapter);
  const gradients = perSampleGradients(model, modules);
  const { contributors } = json<Pick<Sample, 'contributors'>>('datanets', id, 'datanet.json');
  const readRows = (name: string): SampleRow[] =>
    readFileSync(file('datanets', id, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SampleRow);
  return {
    rows: readRows('rows.jsonl'),
    placebo: readRows('placebo.jsonl'),
    contributors,
    device: model.backend.description,
    questions: json('datanets', id, 'eval.json'),
    encode: (row) => tokenizer.encodeRow(row),
    gradients,
    async answer(prompt) {
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
