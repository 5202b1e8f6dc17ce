// Samples tokens from a `Sequence`: logits processors (penalties, grammar), sampling, log probabilities, on the CPU in f64 or by the
// sequence's GPU sampler. Knows no text and no device.
import { TributaryError } from '../../lib/errors.ts';
import { NO_TOKEN } from '../kernels/sampleToken/sampleToken.ts';
import type { SampledToken, SamplerState, SamplingParams, TokenAlternative } from './createSampler.ts';
import { argmaxToken, sampleToken, samplingDistribution } from './samplingDistribution.ts';

export type { SampledToken, SamplingParams };

export type FinishReason = 'stop' | 'length';

/** The state of an answer in its grammar. */
export interface GrammarMatcher {
  /** Bits of the ids that may come next: bit id % 32 of word id / 32. */
  allowed(): Promise<Int32Array>;
  /** Advances by `id`, which must be allowed. */
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

/** A sequence on a model: `Session` in this engine, `createOnnxSequence` on Transformers.js. */
export interface Sequence {
  /** The ids whose keys and values are cached. */
  readonly ids: readonly number[];
  readonly contextLength: number;
  /** Drops all but the first `length` ids, or more of them. */
  truncate(length: number): void;
  /** Runs the model on ids after the cached ones; returns logits f32 [vocabulary] after the last one. */
  forward(ids: readonly number[], options: { readonly signal?: AbortSignal | undefined }): Promise<Float32Array>;
  /** Returns the index of the largest logit, if the logits need not be downloaded. */
  forwardArgmax?(ids: readonly number[], options: { readonly signal?: AbortSignal | undefined }): Promise<number>;
  /** Reuses the longest cached prefix of `prompt`, without its last id; absent without a prefix cache. */
  matchPrefixCache?(prompt: readonly number[]): Promise<number>;
  readonly sampler?: GpuSampler | undefined;
}

export interface SampleOptions {
  readonly settings: SamplingParams;
  /** Tokens of this answer that were sampled before, on a sequence that was lost. */
  readonly sampled?: readonly number[];
  /** Maximum number of tokens in the answer, including `sampled`. */
  readonly maxTokens: number;
  /** Ids that end the answer; they are not yielded. */
  readonly stopIds: readonly number[];
  /** Returns the next number in [0, 1): called once per token, never if temperature is 0. */
  readonly random: () => number;
  /** `random` is `seededRandom(seed)`: a device may then sample with the same numbers. */
  readonly seed?: number;
  readonly constraint?: GrammarMatcher | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** log p of `id` and of the `count` most probable ids, by log-softmax in f64. */
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

/** Logits after penalties and grammar; minus infinity for forbidden ids. Order: repetition, frequency, presence, grammar. */
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

/** The error for a distribution without any token. */
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

/** The next id, from logits after penalties and grammar; undefined if there is none. */
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

/** Samples one token from downloaded logits. */
function cpuSampler(sequence: Sequence, context: readonly number[], answer: readonly number[], options: SampleOptions) {
  const { settings, random, constraint, signal } = options;
  const plain =
    settings.temperature === 0 &&
    (settings.repetitionPenalty ?? 1) === 1 &&
    (settings.frequencyPenalty ?? 0) === 0 &&
    (settings.presencePenalty ?? 0) === 0 &&
    settings.logprobs === undefined &&
    constraint === undefined;
  return async (unread: readonly number[]): Promise<readonly SampledToken[]> => {
    if (plain && sequence.forwardArgmax !== undefined)
      return [{ id: await sequence.forwardArgmax(unread, { signal }) }];
    const logits = await sequence.forward(unread, { signal });
    const allowed = await constraint?.allowed();
    const id = pick(adjusted(logits, settings, context, answer, allowed), settings, random);
    if (id === undefined) throw nothingToSample(options);
    return [settings.logprobs === undefined ? { id } : { id, ...logprobsOf(logits, id, settings.logprobs) }];
  };
}

/** Time between two downloads: text should flow, and an abort should take effect soon. */
const BATCH_MILLISECONDS = 40;

/** Samples on the device: as many tokens per batch as it computes in `BATCH_MILLISECONDS`, or one if a grammar masks each. */
async function gpuSampler(
  sampler: GpuSampler,
  context: readonly number[],
  answer: readonly number[],
  options: SampleOptions & { readonly seed: number },
) {
  const { settings, constraint, signal, maxTokens } = options;
  await sampler.start({ settings, seed: options.seed, context, answer });
  await sampler.setMask(undefined);
  let count = 1;
  let isPrompt = true;
  return async (unread: readonly number[]): Promise<readonly SampledToken[]> => {
    const allowed = await constraint?.allowed();
    if (constraint !== undefined) await sampler.setMask(allowed && Uint32Array.from(allowed));
    const started = performance.now();
    const tokens = await sampler.sample(unread, Math.min(count, maxTokens - answer.length), { signal });
    if (tokens.some(({ id }) => id === NO_TOKEN)) throw nothingToSample(options);
    // The time of a prefill says nothing about a decode step.
    if (!isPrompt && constraint === undefined) {
      const milliseconds = (performance.now() - started) / tokens.length;
      count = Math.max(1, Math.min(sampler.maxTokens, Math.floor(BATCH_MILLISECONDS / milliseconds)));
    }
    isPrompt = false;
    return tokens;
  };
}

/**
 * Tokens after `prompt` and `sampled`, one by one; returns why the answer ended. Reuses the cached ids of the longest common
 * prefix. An abort throws its reason and leaves the sequence usable.
 */
export async function* sampleTokens(
  sequence: Sequence,
  prompt: readonly number[],
  options: SampleOptions,
): AsyncGenerator<SampledToken, FinishReason> {
  const { sampled = [], maxTokens, constraint, seed, signal } = options;
  const stops = new Set(options.stopIds);
  const answer = [...sampled];
  const context = [...prompt, ...sampled];

  // The last token always runs again: its logits were not stored.
  if (sequence.matchPrefixCache === undefined) {
    let shared = 0;
    while (shared < context.length - 1 && sequence.ids[shared] === context[shared]) shared += 1;
    sequence.truncate(shared);
  } else {
    await sequence.matchPrefixCache(context);
  }
  let unread = context.slice(sequence.ids.length);
  const sampleNext =
    sequence.sampler === undefined || seed === undefined
      ? cpuSampler(sequence, context, answer, options)
      : await gpuSampler(sequence.sampler, context, answer, { ...options, seed });
  while (answer.length < maxTokens) {
    if (sequence.ids.length + unread.length > sequence.contextLength && answer.length > 0) return 'length';
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
