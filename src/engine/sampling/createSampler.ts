// The GPU sampler: the buffers and plans of the `sampleToken` kernels, and the data exchanged with the device. Knows one row of
// logits and no model.
import type { Backend, Plan, Tensor } from '../backend.ts';
import {
  inContext,
  MAX_ALTERNATIVES,
  PARAM_WORDS,
  packSamplingParams,
  sampleTokenCalls,
  topLogitsCall,
  topWords,
} from '../kernels/sampleToken/sampleToken.ts';
import type { DistributionParams } from './samplingDistribution.ts';

export interface SamplingParams extends DistributionParams {
  /** Multiplied by the token's count in the answer and subtracted from its logit. */
  readonly frequencyPenalty?: number;
  /** Subtracted from the logit of every token in the answer. */
  readonly presencePenalty?: number;
  /** Number of most probable tokens to report with each sampled one, at most 20; absent: no log probabilities at all. */
  readonly logprobs?: number;
}

export interface TokenAlternative {
  readonly id: number;
  /** Its natural log probability in the model's own distribution. */
  readonly logprob: number;
}

export interface SampledToken {
  readonly id: number;
  readonly logprob?: number;
  /** The most probable tokens, in descending order. */
  readonly top?: readonly TokenAlternative[];
}

export interface SamplerState {
  readonly settings: SamplingParams;
  /** The n-th sample uses the n-th number of `seededRandom(seed)`. */
  readonly seed: number;
  /** Ids before the next token, for the repetition penalty. */
  readonly context: readonly number[];
  /** The ids of the context that belong to this answer: they were sampled before, and the other penalties count them. */
  readonly answer: readonly number[];
}

export interface Sampler {
  /** Sets the parameters, penalties and random numbers of all further tokens. */
  start(start: SamplerState): void;
  /** Sets the ids that may be sampled next: bit i % 32 of word i / 32. Undefined: all. */
  setMask(bits: Uint32Array<ArrayBuffer> | undefined): void;
  /** Samples one token from the logits, after a `submit` for each earlier token since the last `read`. */
  submit(): void;
  /** The tokens submitted since the last call. */
  read(): Promise<SampledToken[]>;
  destroy(): void;
}

/** Tokens that can be sampled before they are read back. */
export const MAX_STEPS = 8;

/** `logits` f32 [size]; writes the sampled id to `ids`, u32 [1], and increments `positions`, u32 [1]. */
export async function createSampler(
  backend: Backend,
  bound: { readonly logits: Tensor; readonly ids: Tensor; readonly positions: Tensor },
  size: number,
): Promise<Sampler> {
  const owned: Tensor[] = [];
  const tensor = (label: string, type: 'f32' | 'u32', length: number): Tensor => {
    const made = backend.createTensor(label, type, length);
    owned.push(made);
    return made;
  };
  const tensors = {
    ...bound,
    settings: tensor('sampling params', 'u32', PARAM_WORDS),
    history: tensor('token history', 'u32', size),
    mask: tensor('token mask', 'u32', Math.ceil(size / 32)),
    adjusted: tensor('adjusted logits', 'f32', size),
    chunks: tensor('chunks of logits', 'f32', 4 * Math.ceil(size / 64)),
    list: tensor('likely tokens', 'u32', 4 * size),
    sampled: tensor('sampled tokens', 'u32', 2 + MAX_STEPS),
    top: tensor('likeliest tokens', 'u32', MAX_STEPS * topWords),
  };
  const free = (): void => {
    for (const each of owned.splice(0)) backend.destroyTensor(each);
  };
  let sample: Plan;
  let top: Plan;
  try {
    sample = await backend.record('sample', sampleTokenCalls(tensors, size, MAX_STEPS));
    top = await backend.record('likeliest tokens', [topLogitsCall(tensors, size, MAX_STEPS)]);
  } catch (error) {
    free();
    throw error;
  }
  let settings: SamplingParams = {};
  let seed = 0;
  let masked = false;
  let steps = 0;

  function uploadSettings(): void {
    const packed = packSamplingParams({
      temperature: settings.temperature ?? 1,
      topK: settings.topK ?? 0,
      topP: settings.topP ?? 1,
      minP: settings.minP ?? 0,
      repetitionPenalty: settings.repetitionPenalty ?? 1,
      frequencyPenalty: settings.frequencyPenalty ?? 0,
      presencePenalty: settings.presencePenalty ?? 0,
      seed,
      masked,
      alternatives: Math.min(settings.logprobs ?? 0, MAX_ALTERNATIVES),
    });
    backend.upload(tensors.settings, packed);
  }

  return {
    start(next) {
      ({ settings, seed } = next);
      uploadSettings();
      backend.upload(tensors.sampled, Uint32Array.of(0, next.answer.length));
      const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = settings;
      if (repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0) return;
      const history = new Uint32Array(size);
      for (const id of next.answer) history[id] = (history[id] ?? 0) + 1;
      for (const id of next.context) history[id] = ((history[id] ?? 0) | inContext) >>> 0;
      backend.upload(tensors.history, history);
    },
    setMask(bits) {
      if (bits !== undefined) backend.upload(tensors.mask, bits);
      if (masked === (bits !== undefined)) return;
      masked = bits !== undefined;
      uploadSettings();
    },
    submit() {
      if (steps === 0) backend.upload(tensors.sampled, Uint32Array.of(0));
      steps += 1;
      backend.submit(sample, { rows: 1 });
      if (settings.logprobs !== undefined) backend.submit(top, { rows: 1 });
    },
    async read() {
      const count = steps;
      steps = 0;
      const ids = (await backend.download(tensors.sampled, { offset: 2, length: count })) as Uint32Array<ArrayBuffer>;
      const wanted = settings.logprobs;
      if (wanted === undefined) return Array.from(ids, (id) => ({ id }));
      const words = (await backend.download(tensors.top, {
        offset: 0,
        length: count * topWords,
      })) as Uint32Array<ArrayBuffer>;
      const logarithms = new Float32Array(words.buffer);
      return Array.from(ids, (id, step) => {
        const at = step * topWords;
        const pairs = Array.from({ length: Math.min(wanted, MAX_ALTERNATIVES) }, (_, n) => at + 1 + 2 * n);
        return {
          id,
          logprob: logarithms[at] ?? 0,
          top: pairs.map((pair) => ({ id: words[pair] ?? 0, logprob: logarithms[pair + 1] ?? 0 })),
        };
      });
    },
    destroy() {
      for (const plan of [sample, top]) backend.destroyPlan(plan);
      free();
    },
  };
}
