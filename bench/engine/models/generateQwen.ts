// A file of Qwen2.5-0.5B's shape with generated weights, to measure such a model without downloading one. Q4_0 layers, a Q8_0
// tied embedding, QKV biases, the whole vocabulary; its output is noise.
import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { type GgufEntry, type GgufTensorSource, writeGguf } from './writeGguf.ts';

/** Qwen/Qwen2.5-0.5B's config.json. */
const shape = {
  hiddenSize: 896,
  intermediateSize: 4_864,
  layerCount: 24,
  headCount: 14,
  keyValueHeadCount: 2,
  headDimension: 64,
  vocabularySize: 151_936,
  contextLength: 32_768,
  ropeTheta: 1_000_000,
  rmsNormEpsilon: 1e-6,
} as const;

const [typeF32, typeQ40, typeQ80] = [0, 2, 8] as const;
const blockBytes = new Map<number, number>([
  [typeQ40, 18],
  [typeQ80, 34],
]);
/** f16 scales: weights of the layers with a standard deviation of about 0.02, of the embedding of about 0.015. */
const scaleBits = new Map<number, number>([
  [typeQ40, 0x1c80],
  [typeQ80, 0x0a80],
]);

/** Marsaglia's xorshift32: fast, and the same file on every machine. */
function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Nibbles of 1 to 15: Q4_0's are offset by 8, and a sixteenth code would give every row a nonzero mean. */
const centredNibbles = Uint8Array.from(
  { length: 256 },
  (_, byte) => ((byte & 15) === 0 ? 8 : byte & 15) | (byte >> 4 === 0 ? 0x80 : byte & 0xf0),
);

function blocks(type: number, count: number, seed: number): Uint8Array {
  const size = blockBytes.get(type) as number;
  const scale = scaleBits.get(type) as number;
  const next = randomWords(seed);
  const words = new Uint32Array(Math.ceil((count * size) / 4));
  for (let index = 0; index < words.length; index += 1) words[index] = next();
  const bytes = new Uint8Array(words.buffer, 0, count * size);
  for (let begin = 0; begin < bytes.length; begin += size) {
    bytes[begin] = scale & 0xff;
    bytes[begin + 1] = scale >> 8;
    if (type !== typeQ40) continue;
    for (let index = begin + 2; index < begin + size; index += 1) {
      bytes[index] = centredNibbles[bytes[index] as number] as number;
    }
  }
  return bytes;
}

function tensors(): GgufTensorSource[] {
  const { hiddenSize, intermediateSize, layerCount, headCount, keyValueHeadCount, headDimension } = shape;
  const all: GgufTensorSource[] = [];
  const matrix = (name: string, type: number, rows: number, columns: number): void => {
    const count = (rows * columns) / 32;
    const seed = all.length + 1;
    all.push({
      name,
      type,
      shape: [rows, columns],
      bytes: count * (blockBytes.get(type) as number),
      make: () => blocks(type, count, seed),
    });
  };
  const vector = (name: string, length: number, value: (index: number) => number): void => {
    const make = (): Uint8Array => new Uint8Array(Float32Array.from({ length }, (_, index) => value(index)).buffer);
    all.push({ name, type: typeF32, shape: [length], bytes: length * 4, make });
  };
  matrix('token_embd.weight', typeQ80, shape.vocabularySize, hiddenSize);
  for (let layer = 0; layer < layerCount; layer += 1) {
    const projections = [
      ['attn_q', headCount * headDimension, hiddenSize],
      ['attn_k', keyValueHeadCount * headDimension, hiddenSize],
      ['attn_v', keyValueHeadCount * headDimension, hiddenSize],
      ['attn_output', hiddenSize, headCount * headDimension],
      ['ffn_gate', intermediateSize, hiddenSize],
      ['ffn_up', intermediateSize, hiddenSize],
      ['ffn_down', hiddenSize, intermediateSize],
    ] as const;
    for (const [name, rows, columns] of projections) matrix(`blk.${layer}.${name}.weight`, typeQ40, rows, columns);
    for (const [name, rows] of projections.slice(0, 3)) {
      vector(`blk.${layer}.${name}.bias`, rows, (index) => ((index % 7) - 3) / 50);
    }
    for (const name of ['attn_norm', 'ffn_norm']) vector(`blk.${layer}.${name}.weight`, hiddenSize, () => 1);
  }
  vector('output_norm.weight', hiddenSize, () => 1);
  return all;
}

/** GPT-2's spelling of bytes as printable characters: printable bytes represent themselves, the others follow U+0100. */
function byteTokens(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const prints = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(prints ? byte : next++);
  });
}

function metadata(): Map<string, GgufEntry> {
  const bytes = byteTokens();
  const merged = `${bytes[0x20]}t`;
  const end = shape.vocabularySize - 1;
  const tokens = Array.from({ length: shape.vocabularySize }, (_, id) => bytes[id] ?? `[${id}]`);
  tokens[bytes.length] = merged;
  tokens[end] = '<|im_end|>';
  const types = new Int32Array(tokens.length).fill(1);
  types[end] = 3;
  const u32 = (value: number): GgufEntry => ({ type: 'u32', value });
  const f32 = (value: number): GgufEntry => ({ type: 'f32', value });
  return new Map<string, GgufEntry>([
    ['general.architecture', { type: 'string', value: 'qwen2' }],
    ['general.name', { type: 'string', value: 'Shape of Qwen2.5-0.5B, generated weights' }],
    ['qwen2.block_count', u32(shape.layerCount)],
    ['qwen2.context_length', u32(shape.contextLength)],
    ['qwen2.embedding_length', u32(shape.hiddenSize)],
    ['qwen2.feed_forward_length', u32(shape.intermediateSize)],
    ['qwen2.attention.head_count', u32(shape.headCount)],
    ['qwen2.attention.head_count_kv', u32(shape.keyValueHeadCount)],
    ['qwen2.attention.layer_norm_rms_epsilon', f32(shape.rmsNormEpsilon)],
    ['qwen2.rope.freq_base', f32(shape.ropeTheta)],
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'qwen2' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'i32s', value: types }],
    ['tokenizer.ggml.merges', { type: 'strings', value: [`${bytes[0x20]} t`] }],
    ['tokenizer.ggml.eos_token_id', u32(end)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ]);
}

/** Writes the model to `file` atomically; about 350 MB. */
export function generateQwen(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.part`;
  writeGguf(part, metadata(), tensors());
  renameSync(part, file);
}
