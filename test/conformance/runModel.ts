// Shared by several modules for a loaded model: logits after every token, greedy continuation, comparisons with golden
// tensors. Prompts and their lengths come from the names of the golden tensors, never from assumptions.
import { createSession, type Session } from '../../src/engine/model/createSession.ts';
import type { LoadedModel } from '../../src/engine/model/decoderWeights.ts';
import type { DeviceAdapter } from '../../src/engine/model/deviceAdapter.ts';
import type { SafetensorsFile } from '../../src/engine/safetensors/openSafetensors.ts';
import type { ConformanceCase, Measured } from './conformanceCase.ts';
import { countDifferences, largestDifference, readFloats, readIntegers } from './goldenFiles.ts';

/** f32 kernels against PyTorch, see the README of the golden data. */
export const logitTolerance = 2e-4;
export const logprobTolerance = 1e-4;

/** How a prompt is evaluated: all of its rows in one batch, 16 at a time, or one by one. */
export type Reading = 'at once' | 'in chunks' | 'token by token';

const prefillChunkSizes = { 'at once': 128, 'in chunks': 16, 'token by token': 16 } satisfies Record<Reading, number>;

/** The sessions of a model by their chunk size: their plans are recorded once for all of its cases. */
const sessions = new WeakMap<LoadedModel, Map<number, Session>>();

/** The model's session, empty, with this adapter or none. */
export function emptySession(model: LoadedModel, adapter?: DeviceAdapter, reading: Reading = 'at once'): Session {
  const ofModel = sessions.get(model) ?? new Map<number, Session>();
  sessions.set(model, ofModel);
  const rows = prefillChunkSizes[reading];
  const session = ofModel.get(rows) ?? createSession(model, { prefillChunkSize: rows });
  ofModel.set(rows, session);
  session.useAdapter(adapter);
  session.truncate(0);
  return session;
}

/** Frees the model and its sessions. */
export function destroyModel(model: LoadedModel): void {
  for (const session of sessions.get(model)?.values() ?? []) session.destroy();
  sessions.delete(model);
  model.destroy();
}

/** Logits f32 [ids, vocabulary]. */
export async function logitsOfAll(
  model: LoadedModel,
  ids: readonly number[],
  adapter?: DeviceAdapter,
  reading: Reading = 'at once',
): Promise<Float32Array<ArrayBuffer>> {
  const session = emptySession(model, adapter, reading);
  if (reading !== 'token by token') return await session.forwardAllLogits(ids);
  const size = model.config.vocabularySize;
  const all = new Float32Array(ids.length * size);
  for (const [index, id] of ids.entries()) all.set(await session.forward([id]), index * size);
  return all;
}

/** Greedy ids, one at a time through the KV cache; stops after `steps`. */
export async function greedyIds(
  model: LoadedModel,
  prompt: readonly number[],
  steps: number,
  adapter?: DeviceAdapter,
): Promise<number[]> {
  const session = emptySession(model, adapter);
  const ids = [await session.forwardArgmax(prompt)];
  while (ids.length < steps) ids.push(await session.forwardArgmax(ids.slice(-1)));
  return ids;
}

/** Natural log probability of `id` under `logits`. */
export function logProbability(logits: Float32Array, id: number): number {
  const highest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - highest), 0);
  return (logits[id] as number) - highest - Math.log(total);
}

/** A model that is loaded when its first case runs. */
export type LazyModel = () => Promise<{ readonly model: LoadedModel; readonly adapter?: DeviceAdapter }>;

/**
 * One case per golden tensor `<prefix>logits_<n>[_last<k>]`. `promptName` returns the name of the prompt of n tokens.
 */
export function logitCases(
  golden: SafetensorsFile,
  prefix: string,
  load: LazyModel,
  options: {
    readonly promptName?: (length: string) => string;
    readonly tolerance?: number;
    readonly prompts?: SafetensorsFile;
    /** One case for each; default: at once. */
    readonly readings?: readonly Reading[];
  } = {},
): ConformanceCase[] {
  const { promptName = (length) => `prompt_${length}`, tolerance = logitTolerance, prompts = golden } = options;
  const { readings = ['at once'] } = options;
  const cases: ConformanceCase[] = [];
  for (const name of golden.tensors.keys()) {
    const [, length, last] = name.startsWith(prefix)
      ? (/^logits_(\d+)(?:_last(\d+))?$/.exec(name.slice(prefix.length)) ?? [])
      : [];
    if (length === undefined) continue;
    for (const reading of readings) {
      cases.push({
        name: readings.length > 1 ? `${name} ${reading}` : name,
        async run(): Promise<Measured> {
          const { model, adapter } = await load();
          const ids = [...(await readIntegers(prompts, promptName(length)))];
          const logits = await logitsOfAll(model, ids, adapter, reading);
          const kept = Number(last ?? ids.length) * model.config.vocabularySize;
          const error = largestDifference(logits.subarray(logits.length - kept), await readFloats(golden, name));
          return { error, tolerance, note: `${ids.length} tokens` };
        },
      });
    }
  }
  return cases;
}

/** One case per golden tensor `<prefix>greedy_<n>`: all ids, exactly. */
export function greedyCases(
  golden: SafetensorsFile,
  prefix: string,
  load: LazyModel,
  options: { readonly promptName?: (length: string) => string; readonly prompts?: SafetensorsFile } = {},
): ConformanceCase[] {
  const { promptName = (length) => `prompt_${length}`, prompts = golden } = options;
  const cases: ConformanceCase[] = [];
  for (const name of golden.tensors.keys()) {
    const length = name.startsWith(prefix) ? /^greedy_(\d+)$/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (length === undefined) continue;
    cases.push({
      name,
      async run(): Promise<Measured> {
        const { model, adapter } = await load();
        const expected = [...(await readIntegers(golden, name))];
        const ids = await greedyIds(
          model,
          [...(await readIntegers(prompts, promptName(length)))],
          expected.length,
          adapter,
        );
        return { error: countDifferences(ids, expected), tolerance: 0, note: `${expected.length} ids` };
      },
    });
  }
  return cases;
}
