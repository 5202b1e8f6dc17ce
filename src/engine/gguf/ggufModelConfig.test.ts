import { describe, expect, it } from 'vitest';
import { ggufModelConfig } from './ggufModelConfig.ts';
import { ggufTensorTypes } from './ggufTensorTypes.ts';
import type { GgufArray, GgufHeader, GgufTensorInfo, GgufValue } from './readGgufHeader.ts';

const f32 = ggufTensorTypes.get(0) as GgufTensorInfo['type'];
const tensor = (name: string, ...shape: number[]): [string, GgufTensorInfo] => [
  name,
  { name, type: f32, shape, begin: 0, end: 0 },
];

type Plain = number | string | GgufArray;
const entry = (value: Plain): GgufValue => {
  if (typeof value === 'number') return { type: 'f32', value };
  return typeof value === 'string' ? { type: 'string', value } : { type: 'array', value };
};

/** A header as llama.cpp's converter writes it, with some keys changed (undefined removes a key). */
function header(
  architecture: string,
  changes: Readonly<Record<string, Plain | undefined>> = {},
  more: readonly [string, GgufTensorInfo][] = [],
): GgufHeader {
  const keys: Record<string, Plain | undefined> = {
    block_count: 26,
    context_length: 512,
    embedding_length: 96,
    feed_forward_length: 128,
    'attention.head_count': 4,
    'attention.head_count_kv': 2,
    'attention.layer_norm_rms_epsilon': 1e-6,
    ...changes,
  };
  const metadata = new Map<string, GgufValue>([['general.architecture', { type: 'string', value: architecture }]]);
  for (const [key, value] of Object.entries(keys)) {
    if (value !== undefined) metadata.set(key.includes('ggml') ? key : `${architecture}.${key}`, entry(value));
  }
  return { version: 3, metadata, tensors: new Map([tensor('token_embd.weight', 300, 96), ...more]) };
}

const gemma = { 'attention.key_length': 32, 'attention.value_length': 32, 'attention.sliding_window': 16 };

describe('ggufModelConfig', () => {
  it('applies what llama.cpp hard-codes for Gemma 2', () => {
    const config = ggufModelConfig(header('gemma2', gemma));
    expect(config).toMatchObject({
      attentionSoftcap: 50,
      finalSoftcap: 30,
      attentionScale: 32 ** -0.5,
      embeddingScale: Math.sqrt(96),
      normOffset: 0,
      outputNorms: true,
      activation: 'gelu',
      tiedEmbedding: true,
      slidingWindow: 16,
    });
    expect(config.layers.slice(0, 3)).toEqual([
      { sliding: true, rotation: 'main' },
      { sliding: false, rotation: 'main' },
      { sliding: true, rotation: 'main' },
    ]);
    // 27B derives the attention scale from hidden size / heads.
    expect(ggufModelConfig(header('gemma2', { ...gemma, block_count: 46 })).attentionScale).toBe(24 ** -0.5);
  });

  it('applies what llama.cpp hard-codes for Gemma 3, unless a newer key overrides it', () => {
    const config = ggufModelConfig(header('gemma3', { ...gemma, 'rope.freq_base': 1e6 }));
    expect(config).toMatchObject({ ropeTheta: 1e6, localRopeTheta: 10_000, queryKeyNorm: true });
    expect(config).not.toHaveProperty('attentionSoftcap');
    expect(config).not.toHaveProperty('finalSoftcap');
    const full = ({ layers }: typeof config) =>
      layers.flatMap(({ rotation, sliding }, layer) => (rotation === 'main' && !sliding ? [layer] : []));
    expect(full(config)).toEqual([5, 11, 17, 23]);
    const period = { ...gemma, block_count: 4, 'attention.sliding_window_pattern': 3 };
    expect(full(ggufModelConfig(header('gemma3', period)))).toEqual([2]);
    const list = { ...gemma, block_count: 3, 'attention.sliding_window_pattern': Uint8Array.of(0, 1, 0) };
    expect(full(ggufModelConfig(header('gemma3', list)))).toEqual([0, 2]);
  });

  it('omits the rotation in every fourth layer of SmolLM3', () => {
    const { layers } = ggufModelConfig(header('smollm3', { block_count: 5 }));
    expect(layers.map(({ rotation }) => rotation)).toEqual(['main', 'main', 'main', 'none', 'main']);
  });

  it('reads a partial rotation and a window only for Phi-3', () => {
    const part = { 'rope.dimension_count': 18, 'attention.sliding_window': 20 };
    expect(ggufModelConfig(header('phi3', part))).toMatchObject({
      rotaryDimension: 18,
      headDimension: 24,
      slidingWindow: 20,
      fusedProjections: true,
    });
    expect(() => ggufModelConfig(header('qwen2', part))).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ field: 'rope.dimension_count' }) }),
    );
  });

  it.each([
    ['phi3', {}, [tensor('rope_factors_long.weight', 12)], 'rope_factors_long.weight'],
    ['gemma2', { ...gemma, 'rope.freq_base_swa': 5 }, [], 'gemma2.rope.freq_base_swa'],
    ['llama', { attn_logit_softcapping: 50 }, [], 'llama.attn_logit_softcapping'],
    ['gemma3', { ...gemma, attn_logit_softcapping: 50 }, [], 'gemma3.attn_logit_softcapping'],
    ['gemma4', {}, [], 'general.architecture'],
  ] as const)('%s with %j is refused by name', (architecture, changes, tensors, field) => {
    expect(() => ggufModelConfig(header(architecture, changes, tensors))).toThrow(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED', facts: expect.objectContaining({ field }) }),
    );
  });

  it.each([
    ['gemma3', { ...gemma, 'attention.sliding_window': undefined }],
    ['gemma3', { ...gemma, 'attention.sliding_window_pattern': Uint8Array.of(1) }],
    ['gemma3', { ...gemma, 'attention.sliding_window_pattern': 'odd' }],
    ['smollm3', { block_count: 1e9 }],
    ['llama', { 'rope.scaling.type': 2, 'rope.scaling.factor': 4 }],
  ] as const)('%s with %j is not valid', (architecture, changes) => {
    expect(() => ggufModelConfig(header(architecture, changes))).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    );
  });

  it.each([0, Number.NaN])('refuses rotary divisors that are %d', (divisor) => {
    expect(() => ggufModelConfig(header('llama'), [1, divisor])).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    );
  });

  it.each([
    ['u64', { type: 'u64', value: 3n }],
    ['i32', { type: 'i32', value: 3 }],
    ['a list', { type: 'array', value: Int32Array.of(3) }],
    ['a list of u64', { type: 'array', value: BigUint64Array.of(3n) }],
  ] as const)('an end id is read from %s', (_, value) => {
    const read = header('llama');
    const metadata = new Map<string, GgufValue>([...read.metadata, ['tokenizer.ggml.eos_token_id', value]]);
    expect(ggufModelConfig({ ...read, metadata }).endOfSequenceIds).toEqual([3]);
  });

  it.each([300, 99_999, -2, 1.5, 'x'])('an end id %j is refused by its key', (value) => {
    expect(() => ggufModelConfig(header('llama', { 'tokenizer.ggml.eos_token_id': value }))).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', facts: { place: 'tokenizer.ggml.eos_token_id' } }),
    );
  });

  it('takes -1, in either sign, for no token', () => {
    const none = { 'tokenizer.ggml.eos_token_id': -1, 'tokenizer.ggml.eot_token_id': 0xffff_ffff };
    expect(ggufModelConfig(header('llama', none)).endOfSequenceIds).toEqual([]);
  });
});
