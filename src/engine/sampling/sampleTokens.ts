// Samples one token after another from whatever reads ids and gives logits: penalties, grammar, sampling, logarithms of
// probability, all on the processor in f64. It knows no text and no device.
import { TributaryError } from '../../lib/errors.ts';
import { NO_TOKEN } from '../kernels/sampleToken/sampleToken.ts';
import type { SampledToken, SamplerState, SamplingParams, TokenAlternative } from './createSampler.ts';
import { argmaxToken, sampleToken, samplingDistribution } from './samplingDistribution.ts';

export type { SampledToken, SamplingParams };

export type FinishReason = 'stop' | 'length';

/** Where an answer stands in its grammar. */
export interface GrammarMatcher {
  /** Bits of the ids that may come next: bit id % 32 of word id / 32. */
  allowed(): Promise<Int32Array>;
  /** Goes on after `id`, which must have been allowed. */
  accept(id: number): void;
  destroy(): void;
}

/** Samples where the logits are: see `SessionSampler`. */
export interface GpuSampler {
  start(start: SamplerState): Promise<void>;
  setMask(bits: Uint32Array<ArrayBuffer> | undefined): Promise<void>;
  readonly maxTokens: number;
  sample(
    ids: readonly number[],
    count: number,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly SampledToken[]>;
}

/** A sequence on a model. `Session` is one; so is what Transformers.js keeps between steps. */
export interface TokenReader {
  /** What has been read and is kept. */
  readonly ids: readonly number[];
  readonly contextLength: number;
  /** Forgets all but the first `length` ids, or more of them. */
  truncate(length: number): void;
  /** Reads ids after those kept; logits f32 [vocabulary] after the last one. */
  read(ids: readonly number[], options: { readonly signal?: AbortSignal | undefined }): Promise<Float32Array>;
  /** The index of the largest logit, where the logits can stay where they are. */
  readGreedy?(ids: readonly number[], options: { readonly signal?: AbortSignal | undefined }): Promise<number>;
  /** Takes up the longest beginning of `prompt` that is kept anywhere, short of its last id; absent where only `ids` are kept. */
  matchPrefixCache?(prompt: readonly number[]): Promise<number>;
  readonly sampler?: GpuSampler | undefined;
}

export interface SampleOptions {
  readonly settings: SamplingParams;
  /** Tokens of this answer that were sampled before, by a reader that is gone. */
  readonly sampled?: readonly number[];
  /** Most tokens of the answer, `sampled` included. */
  readonly maximumTokens: number;
  /** Ids that end the answer; the one that came is not given out. */
  readonly stopIds: readonly number[];
  /** The next number in [0, 1): one a token, none when temperature is 0. */
  readonly random: () => number;
  /** `random` is `seededRandom` of it: a device may then sample the same numbers. */
  readonly seed?: number;
  readonly constraint?: GrammarMatcher | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** log p of `id` and of the `count` likeliest ids, by log-softmax in f64. */
function logprobsOf(logits: Float32Array, id: number, count: number): Required<Omit<SampledToken, 'id'>> {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) highest = Math.max(highest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  const logSum = highest + Math.log(sum);
  const top: TokenAlternative[] = [];
  for (const [candidate, logit] of count === 0 ? [] : logits.entries()) {
    const logprob = logit - logSum;
    if (top.length === count && logprob <= (top.at(-1)?.logprob ?? 0)) continue;
    const place = top.findIndex((each) => each.logprob < logprob);
    top.splice(place < 0 ? top.length : place, 0, { id: candidate, logprob });
    if (top.length > count) top.pop();
  }
  return { logprob: (logits[id] ?? 0) - logSum, top };
}

/** Logits after penalties and grammar; what may not come is minus infinity. Order: repetition, frequency, presence, grammar. */
function adjusted(
  logits: Float32Array,
  settings: SamplingParams,
  context: readonly number[],
  answer: readonly number[],
  allowed: Int32Array | undefined,
): Float64Array {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = settings;
  const result = Float64Array.from(logits);
  if (repetitionPenalty !== 1) {
    for (const id of new Set(context)) {
      const logit = result[id] ?? 0;
      result[id] = logit < 0 ? logit * repetitionPenalty : logit / repetitionPenalty;
    }
  }
  if (frequencyPenalty !== 0) for (const id of answer) result[id] = (result[id] ?? 0) - frequencyPenalty;
  if (presencePenalty !== 0) for (const id of new Set(answer)) result[id] = (result[id] ?? 0) - presencePenalty;
  if (allowed !== undefined) {
    for (let id = 0; id < result.length; id += 1) {
      if ((((allowed[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 0) result[id] = Number.NEGATIVE_INFINITY;
    }
  }
  return result;
}

/** Why there is no token to sample. */
function nothingToSample({ constraint }: SampleOptions): TributaryError {
  if (constraint !== undefined) {
    return new TributaryError({
      code: 'CHAT_GRAMMAR_FAILED',
      message: 'No token of this model fits what its JSON schema asks for next.',
      hint: 'Ask for free text, or choose a model with a larger vocabulary.',
    });
  }
  return new TributaryError({
    code: 'ENGINE_DEVICE_WRONG',
    message: 'The model gave something that is no probability.',
    hint: 'Load the model again; if it happens twice, choose another device or another model.',
  });
}

/** The id to come, from logits that settings and grammar have changed; undefined when there is none. */
function pick(logits: Float64Array, settings: SamplingParams, random: () => number): number | undefined {
  const best = argmaxToken(logits);
  if (!Number.isFinite(logits[best])) return undefined;
  if (settings.temperature === 0) return best;
  const { ids, probabilities } = samplingDistribution(logits, { ...settings, repetitionPenalty: 1 });
  // Rounding may reach the end of the list, which must not be a token that the grammar forbids.
  const possible = ids.flatMap((id, index) => ((probabilities[index] ?? 0) > 0 ? [{ id, index }] : []));
  if (possible.length === 0) return undefined;
  return sampleToken(
    { ids: possible.map(({ id }) => id), probabilities: possible.map(({ index }) => probabilities[index] ?? 0) },
    random(),
  );
}

/** Samples one token from logits on the processor. */
function cpuSampler(
  reader: TokenReader,
  context: readonly number[],
  answer: readonly number[],
  options: SampleOptions,
) {
  const { settings, random, constraint, signal } = options;
  const plain =
    settings.temperature === 0 &&
    (settings.repetitionPenalty ?? 1) === 1 &&
    (settings.frequencyPenalty ?? 0) === 0 &&
    (settings.presencePenalty ?? 0) === 0 &&
    settings.logprobs === undefined &&
    constraint === undefined;
  return async (unread: readonly number[]): Promise<readonly SampledToken[]> => {
    if (plain && reader.readGreedy !== undefined) return [{ id: await reader.readGreedy(unread, { signal }) }];
    const logits = await reader.read(unread, { signal });
    const allowed = await constraint?.allowed();
    const id = pick(adjusted(logits, settings, context, answer, allowed), settings, random);
    if (id === undefined) throw nothingToSample(options);
    return [settings.logprobs === undefined ? { id } : { id, ...logprobsOf(logits, id, settings.logprobs) }];
  };
}

/** A batch of tokens is read back about so often: text should flow, and a reader's abort should be felt. */
const batchMilliseconds = 40;

/** Samples on the device: as many tokens at once as it makes in a moment, one where a grammar decides after each. */
async function gpuSampler(
  sampler: GpuSampler,
  context: readonly number[],
  answer: readonly number[],
  options: SampleOptions & { readonly seed: number },
) {
  const { settings, constraint, signal, maximumTokens } = options;
  await sampler.start({ settings, seed: options.seed, context, answer });
  await sampler.setMask(undefined);
  let count = 1;
  let isPrompt = true;
  return async (unread: readonly number[]): Promise<readonly SampledToken[]> => {
    const allowed = await constraint?.allowed();
    if (constraint !== undefined) await sampler.setMask(allowed && Uint32Array.from(allowed));
    const started = performance.now();
    const tokens = await sampler.sample(unread, Math.min(count, maximumTokens - answer.length), { signal });
    if (tokens.some(({ id }) => id === NO_TOKEN)) throw nothingToSample(options);
    // How long a prompt takes says nothing about a token.
    if (!isPrompt && constraint === undefined) {
      const milliseconds = (performance.now() - started) / tokens.length;
      count = Math.max(1, Math.min(sampler.maxTokens, Math.floor(batchMilliseconds / milliseconds)));
    }
    isPrompt = false;
    return tokens;
  };
}

/**
 * Tokens after `prompt` and `sampled`, one by one; returns why the answer ended. What the reader keeps is reused for the longest
 * common beginning. An abort throws its reason and leaves the reader usable.
 */
export async function* sampleTokens(
  reader: TokenReader,
  prompt: readonly number[],
  options: SampleOptions,
): AsyncGenerator<SampledToken, FinishReason> {
  const { sampled = [], maximumTokens, constraint, seed, signal } = options;
  const stops = new Set(options.stopIds);
  const answer = [...sampled];
  const context = [...prompt, ...sampled];

  // The last token is always read anew: its logits are not kept.
  if (reader.matchPrefixCache === undefined) {
    let shared = 0;
    while (shared < context.length - 1 && reader.ids[shared] === context[shared]) shared += 1;
    reader.truncate(shared);
  } else {
    await reader.matchPrefixCache(context);
  }
  let unread = context.slice(reader.ids.length);
  const sampleNext =
    reader.sampler === undefined || seed === undefined
      ? cpuSampler(reader, context, answer, options)
      : await gpuSampler(reader.sampler, context, answer, { ...options, seed });
  while (answer.length < maximumTokens) {
    if (reader.ids.length + unread.length > reader.contextLength && answer.length > 0) return 'length';
    const tokens = await sampleNext(unread);
    for (const token of tokens) {
      signal?.throwIfAborted();
      const { id } = token;
      if (stops.has(id)) return 'stop';
      constraint?.accept(id);
      answer.push(id);
      context.push(id);
      unread = [id];
      yield token;
    }
  }
  return 'length';
}
