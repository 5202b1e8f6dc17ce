// From logits to a sampled id without leaving the device: penalties, temperature, top-k, top-p, min-p and, on request, log
// probabilities. The id is written where the next decode step reads it, so that several steps can be submitted at once.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { argmaxToken, sampleToken as sampleFrom, samplingDistribution } from '../../sampling/samplingDistribution.ts';
import { mixWord } from '../../sampling/seededRandom.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { constant, floats, words } from '../operands.ts';
import adjustTemplate from './logitsProcessor.wgsl?raw';
import sampleTemplate from './sampleToken.wgsl?raw';
import topTemplate from './topLogits.wgsl?raw';

/** Ids per chunk of logits. */
const CHUNK_IDS = 64;
/** Words of settings per row. */
export const PARAM_WORDS = 16;
/** Maximum number of alternatives that can be requested with a sampled token. */
export const MAX_ALTERNATIVES = 20;
/** Words that `topLogits` writes per token. */
export const topWords = 1 + 2 * MAX_ALTERNATIVES;
/** The result if the mask forbids every id. */
export const NO_TOKEN = 0xffffffff;
/** In `history`: the id is in the context. The other bits count its occurrences in the answer. */
export const inContext = 0x80000000;
/** Logit of a forbidden id: close to the most negative f32. */
const least = Math.fround(-3.4e38);

export interface SamplingParamWords {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly seed: number;
  readonly masked: boolean;
  readonly alternatives: number;
}

/** The settings of one row, packed as the kernels read them. */
export function packSamplingParams(settings: SamplingParamWords): Uint32Array<ArrayBuffer> {
  const packed = new Uint32Array(PARAM_WORDS);
  const numbers = new Float32Array(packed.buffer);
  numbers[0] = settings.temperature;
  // A word cannot represent more, and no vocabulary is that large.
  packed[1] = Math.min(settings.topK, 0xffffffff);
  numbers[2] = settings.topP < 1 ? 1 - settings.topP : 0;
  numbers[3] = settings.minP;
  numbers[4] = settings.repetitionPenalty;
  numbers[5] = settings.frequencyPenalty;
  numbers[6] = settings.presencePenalty;
  packed[7] = mixWord(settings.seed);
  packed[8] = settings.masked ? 1 : 0;
  packed[9] = settings.alternatives;
  return packed;
}

const chunkCount = (size: number): number => Math.ceil(size / CHUNK_IDS);

/** Shapes are uniforms, not part of a pipeline: one pipeline serves every vocabulary. */
const shapeWords = (constants: Constants): Uint32Array<ArrayBuffer> =>
  Uint32Array.of(constant(constants, 'size'), constants['sampledStride'] ?? 0, 0, 0);

/** Constants: size. */
export const logitsProcessorOperator: Operator = {
  name: 'logitsProcessor',
  bindings: [
    { name: 'settings', access: 'read' },
    { name: 'logits', access: 'read' },
    { name: 'history', access: 'read' },
    { name: 'mask', access: 'read' },
    { name: 'adjusted', access: 'write' },
    { name: 'chunks', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const size = constant(constants, 'size');
    const logits = floats(buffers, 'logits');
    const adjusted = floats(buffers, 'adjusted');
    const chunks = floats(buffers, 'chunks');
    const history = words(buffers, 'history');
    const mask = words(buffers, 'mask');
    for (let row = 0; row < rows; row += 1) {
      const packed = words(buffers, 'settings').slice(row * PARAM_WORDS, (row + 1) * PARAM_WORDS);
      const [temperature = 0, , , , repetition = 1, frequency = 0, presence = 0] = new Float32Array(packed.buffer);
      for (let id = 0; id < size; id += 1) {
        let value = logits[row * size + id] ?? 0;
        const word = history[row * size + id] ?? 0;
        if (word >= inContext) value = value < 0 ? value * repetition : value / repetition;
        const count = word % inContext;
        value -= frequency * count + (count > 0 ? presence : 0);
        if (temperature > 0) value /= temperature;
        const allowed = ((mask[row * Math.ceil(size / 32) + (id >> 5)] ?? 0) >>> (id & 31)) & 1;
        if (packed[8] === 1 && allowed === 0) value = least;
        adjusted[row * size + id] = Math.max(value, least) + 0;
      }
      for (let chunk = 0; chunk < chunkCount(size); chunk += 1) {
        const range = [row * size + chunk * CHUNK_IDS, row * size + Math.min(size, (chunk + 1) * CHUNK_IDS)] as const;
        const statistics = [logits, adjusted].flatMap((all) => {
          const part = all.subarray(...range);
          const highest = part.reduce((most, value) => Math.max(most, value), least);
          return [highest, part.reduce((sum, value) => sum + Math.exp(value - highest), 0)];
        });
        chunks.set(statistics, (row * chunkCount(size) + chunk) * 4);
      }
    }
  },
  variants: [
    {
      name: 'thread-per-chunk',
      source: () => adjustTemplate,
      parameters: shapeWords,
      workgroups: (constants, { rows }) => dispatchSize(rows * chunkCount(constant(constants, 'size'))),
    },
  ],
};

/** Constants: size, sampledStride (words per row of `sampled`). */
export const sampleTokenOperator: Operator = {
  name: 'sampleToken',
  bindings: [
    { name: 'settings', access: 'read' },
    { name: 'adjusted', access: 'read' },
    { name: 'chunks', access: 'read' },
    { name: 'list', access: 'write' },
    { name: 'history', access: 'write' },
    { name: 'ids', access: 'write' },
    { name: 'positions', access: 'write' },
    { name: 'sampled', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const size = constant(constants, 'size');
    const sampled = words(buffers, 'sampled');
    const history = words(buffers, 'history');
    const positions = words(buffers, 'positions');
    for (let row = 0; row < rows; row += 1) {
      const packed = words(buffers, 'settings').slice(row * PARAM_WORDS, (row + 1) * PARAM_WORDS);
      const [temperature = 0, , cut = 0, minP = 0] = new Float32Array(packed.buffer);
      const logits = floats(buffers, 'adjusted').subarray(row * size, (row + 1) * size);
      const state = row * constant(constants, 'sampledStride');
      const [done = 0, number = 0] = sampled.subarray(state, state + 2);
      const u = (mixWord((packed[7] ?? 0) + Math.imul(number + 1, 0x9e3779b9)) >>> 8) / 2 ** 24;
      const best = argmaxToken(logits);
      const id =
        temperature === 0
          ? best
          : sampleFrom(samplingDistribution(logits, { topK: packed[1], topP: 1 - cut, minP }), u);
      sampled[state + 2 + done] = logits[best] === least ? NO_TOKEN : id;
      sampled[state] = done + 1;
      sampled[state + 1] = number + 1;
      words(buffers, 'ids')[row] = id;
      positions[row] = (positions[row] ?? 0) + 1;
      history[row * size + id] = ((history[row * size + id] ?? 0) + 1) | inContext;
    }
  },
  variants: [false, true].map((wide) => ({
    name: wide ? 'workgroup-256' : 'workgroup-64',
    supports: (features) => wide !== features.has('software'),
    source: () => expandTemplate(sampleTemplate, { LANES: wide ? 256 : 64, SIDE: wide ? 16 : 8 }),
    parameters: shapeWords,
    workgroups: (_, { rows }) => [rows, 1, 1],
  })),
};

/** Constants: size, sampledStride. */
export const topLogitsOperator: Operator = {
  name: 'topLogits',
  bindings: [
    { name: 'settings', access: 'read' },
    { name: 'logits', access: 'read' },
    { name: 'chunks', access: 'read' },
    { name: 'sampled', access: 'read' },
    { name: 'top', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const size = constant(constants, 'size');
    const stride = constant(constants, 'sampledStride');
    const top = words(buffers, 'top');
    const logarithms = new Float32Array(top.buffer, top.byteOffset, top.length);
    for (let row = 0; row < rows; row += 1) {
      const logits = floats(buffers, 'logits').subarray(row * size, (row + 1) * size);
      const highest = logits.reduce((most, value) => Math.max(most, value), least);
      const whole = highest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - highest), 0));
      const sampled = words(buffers, 'sampled').subarray(row * stride, (row + 1) * stride);
      const at = (row * (stride - 2) + (sampled[0] ?? 1) - 1) * topWords;
      logarithms[at] = (logits[Math.min(sampled[1 + (sampled[0] ?? 1)] ?? 0, size - 1)] ?? 0) - whole;
      const wanted = words(buffers, 'settings')[row * PARAM_WORDS + 9] ?? 0;
      const order = Array.from(logits.keys()).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
      for (const [n, id] of order.slice(0, wanted).entries()) {
        top[at + 1 + 2 * n] = id;
        logarithms[at + 2 + 2 * n] = (logits[id] ?? 0) - whole;
      }
    }
  },
  variants: [
    {
      name: 'workgroup-64',
      source: () => topTemplate,
      parameters: shapeWords,
      workgroups: (_, { rows }) => [rows, 1, 1],
    },
  ],
};

export interface SamplerTensors {
  /** u32 [rows, 16]: `packSamplingParams`. */
  readonly settings: Tensor;
  /** f32 [rows, size]. */
  readonly logits: Tensor;
  /** u32 [rows, size]. */
  readonly history: Tensor;
  /** u32 [rows, ceil(size / 32)]. */
  readonly mask: Tensor;
  /** f32 [rows, size] and [rows, ceil(size / 64), 4], u32 [rows, 2, size, 2]: scratch. */
  readonly adjusted: Tensor;
  readonly chunks: Tensor;
  readonly list: Tensor;
  /** u32 [rows]: the inputs of the next step. */
  readonly ids: Tensor;
  readonly positions: Tensor;
  /** u32 [rows, 2 + steps]: number of ids sampled so far, index of the next sample, the ids. */
  readonly sampled: Tensor;
}

/** The calls that sample one id per row. */
export function sampleTokenCalls(tensors: SamplerTensors, size: number, steps: number): OperatorCall[] {
  const { settings, logits, history, mask, adjusted, chunks, list, ids, positions, sampled } = tensors;
  return [
    {
      operator: logitsProcessorOperator,
      tensors: { settings, logits, history, mask, adjusted, chunks },
      constants: { size },
    },
    {
      operator: sampleTokenOperator,
      tensors: { settings, adjusted, chunks, list, history, ids, positions, sampled },
      constants: { size, sampledStride: 2 + steps },
    },
  ];
}

/** To call after `sampleTokenCalls`: log probabilities. `top` u32 [rows, steps, 41]. */
export function topLogitsCall(
  tensors: SamplerTensors & { readonly top: Tensor },
  size: number,
  steps: number,
): OperatorCall {
  const { settings, logits, chunks, sampled, top } = tensors;
  const constants = { size, sampledStride: 2 + steps };
  return { operator: topLogitsOperator, tensors: { settings, logits, chunks, sampled, top }, constants };
}
