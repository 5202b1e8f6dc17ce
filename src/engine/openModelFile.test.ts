import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cases as ggufCases } from '../../test/conformance/gguf.ts';
import { TributaryError } from '../lib/errors.ts';
import { expectedTensors } from './checkModel.ts';
import { openGguf } from './gguf/openGguf.ts';
import { unpermuteRows } from './gguf/unpermuteRows.ts';
import { huggingFaceModelConfig } from './huggingFace/huggingFaceModelConfig.ts';
import { readShardIndex } from './huggingFace/readShardIndex.ts';
import type { ModelConfig } from './modelConfig.ts';
import type { NamedBlob } from './modelFile.ts';
import { openModelFile } from './openModelFile.ts';
import { createReferenceBackend } from './reference/createReferenceBackend.ts';
import { type TensorToWrite, writeSafetensors } from './safetensors/writeSafetensors.ts';

const golden = path.join(import.meta.dirname, '../../test/golden/engine-formats');
const read = (...parts: string[]) => readFileSync(path.join(golden, ...parts));
const json = (...parts: string[]) => JSON.parse(read(...parts).toString()) as Record<string, unknown>;
const text = (value: unknown): Blob => new Blob([JSON.stringify(value)]);

async function thrown(run: () => unknown): Promise<TributaryError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof TributaryError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

const small = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 11,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
  eos_token_id: [1, 2],
};

/** All tensors of a config, each filled with its index in the list. */
function tensorsOf(config: ModelConfig): TensorToWrite[] {
  return [...expectedTensors(config)].map(([name, shape], index) => ({
    name,
    dtype: 'F32',
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(index),
  }));
}

const smallTensors = tensorsOf(huggingFaceModelConfig(small, true));
const folder = (config: object, tensors: readonly TensorToWrite[] = smallTensors): NamedBlob[] => [
  { name: 'folder/config.json', blob: text(config) },
  { name: 'folder/model.safetensors', blob: new Blob([writeSafetensors(tensors)]) },
];

describe('config.json', () => {
  test.each([
    'tiny-llama',
    'tiny-llama31',
    'tiny-mistral',
    'tiny-qwen2',
    'tiny-qwen3',
    'tiny-llama-yarn',
    'tiny-llama-linear-rope',
    'tiny-smollm3',
    'tiny-gemma2',
    'tiny-gemma3-text',
    'tiny-phi3',
  ])('%s: both spellings say the same', (name) => {
    const old = huggingFaceModelConfig(json('configs', name, 'config.json'), false);
    expect(huggingFaceModelConfig(json('configs', name, 'config.v5.json'), false)).toEqual(old);
  });

  test('the golden models’ specifics', () => {
    const config = (name: string) => huggingFaceModelConfig(json('configs', name, 'config.json'), true);
    expect(config('tiny-llama31').ropeScaling).toEqual({
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContextLength: 64,
    });
    expect(config('tiny-llama-linear-rope').ropeScaling).toEqual({ kind: 'linear', factor: 4 });
    expect(config('tiny-llama-yarn').ropeScaling).toMatchObject({
      kind: 'yarn',
      factor: 8,
      attentionFactor: 0.1 * Math.log(8) + 1,
    });
    expect(config('tiny-mistral')).toMatchObject({ slidingWindow: 16, headDimension: 32, tiedEmbedding: false });
    // The number is there, and means nothing while use_sliding_window is false.
    expect(config('tiny-qwen2')).not.toHaveProperty('slidingWindow');
    expect(config('tiny-qwen2')).toMatchObject({ queryKeyValueBias: true, queryKeyNorm: false });
    expect(config('tiny-qwen3')).toMatchObject({ queryKeyValueBias: false, queryKeyNorm: true, headDimension: 32 });
  });

  test('the newer architectures’ specifics', () => {
    const config = (name: string) => huggingFaceModelConfig(json('configs', name, 'config.json'), true);
    const rotations = (name: string) => config(name).layers.map(({ rotation }) => rotation);
    const slides = (name: string) => config(name).layers.map(({ sliding }) => sliding);
    expect(rotations('tiny-smollm3')).toEqual(['main', 'none', 'main', 'none']);
    expect(config('tiny-smollm3')).not.toHaveProperty('slidingWindow');
    expect(slides('tiny-gemma2')).toEqual([true, false, true, false]);
    expect(config('tiny-gemma2')).toMatchObject({
      slidingWindow: 16,
      attentionScale: 20 ** -0.5,
      attentionSoftcap: 4,
      finalSoftcap: 12,
      activation: 'gelu',
      embeddingScale: 8,
      normOffset: 1,
      outputNorms: true,
      queryKeyNorm: false,
    });
    expect(rotations('tiny-gemma3-text')).toEqual(['local', 'local', 'main', 'local', 'local', 'main']);
    expect(slides('tiny-gemma3-text')).toEqual([true, true, false, true, true, false]);
    expect(config('tiny-gemma3-text')).toMatchObject({
      ropeTheta: 1_000_000,
      ropeScaling: { kind: 'linear', factor: 8 },
      localRopeTheta: 10_000,
      queryKeyNorm: true,
    });
    for (const cap of ['attentionSoftcap', 'finalSoftcap']) expect(config('tiny-gemma3-text')).not.toHaveProperty(cap);
    expect(config('tiny-phi3')).toMatchObject({ rotaryDimension: 24, headDimension: 32, fusedProjections: true });
    expect(slides('tiny-phi3')).toEqual([true, true]);
  });

  test('layers follow their class’s rule if the config does not list them', () => {
    const config = (name: string, change: object) =>
      huggingFaceModelConfig({ ...json('configs', name, 'config.json'), ...change }, true).layers;
    const unlisted = { num_hidden_layers: 5, no_rope_layers: null, sliding_window_pattern: null };
    expect(config('tiny-smollm3', unlisted).map(({ rotation }) => rotation)).toEqual([
      'main',
      'main',
      'main',
      'none',
      'main',
    ]);
    const sliding = { ...unlisted, use_sliding_window: true, sliding_window: 8 };
    expect(config('tiny-smollm3', sliding).map((layer) => layer.sliding)).toEqual([false, false, false, true, false]);
    const seven = { ...unlisted, num_hidden_layers: 7 };
    expect(config('tiny-gemma3-text', seven).findIndex((layer) => !layer.sliding)).toBe(5);
    expect(config('tiny-gemma2', { layer_types: Array(4).fill('full_attention') })).toEqual(
      Array(4).fill({ sliding: false, rotation: 'main' }),
    );
  });

  test('a missing window defaults to the class’s, and null switches it off', () => {
    const window = (name: string, sliding_window: null | undefined) =>
      huggingFaceModelConfig({ ...json('configs', name, 'config.json'), sliding_window }, true).slidingWindow;
    for (const name of ['tiny-mistral', 'tiny-gemma2', 'tiny-gemma3-text']) {
      expect(window(name, null)).toBeUndefined();
      const { sliding_window: _, ...silent } = json('configs', name, 'config.json');
      expect(huggingFaceModelConfig(silent, true).slidingWindow).toBe(4096);
    }
    const { sliding_window: _, ...phi } = json('configs/tiny-phi3/config.json');
    expect(huggingFaceModelConfig(phi, true)).not.toHaveProperty('slidingWindow');
  });

  test('the older of two spellings of the rotation wins', () => {
    const both = {
      rope_scaling: { rope_type: 'linear', factor: 3 },
      rope_parameters: { rope_type: 'default', rope_theta: 7 },
    };
    const { ropeScaling, ropeTheta } = huggingFaceModelConfig({ ...small, ...both }, true);
    expect({ ropeScaling, ropeTheta }).toEqual({ ropeScaling: { kind: 'linear', factor: 3 }, ropeTheta: 10_000 });
    const { rope_theta: _, ...gemma } = json('configs/tiny-gemma3-text/config.json');
    const parameters = { full_attention: { rope_type: 'default', rope_theta: 7 } };
    expect(huggingFaceModelConfig({ ...gemma, rope_parameters: parameters }, true)).toMatchObject({
      ropeScaling: { kind: 'linear', factor: 8 },
      ropeTheta: 7,
    });
  });

  test("Gemma 3's period is not read from the field that transformers writes but never reads", () => {
    const { sliding_window_pattern: _, ...rest } = json('configs/tiny-gemma3-text/config.json');
    const { layers } = huggingFaceModelConfig({ ...rest, _sliding_window_pattern: 2 }, true);
    expect(layers.map(({ sliding }) => sliding)).toEqual([true, true, true, true, true, false]);
  });

  test("Gemma 2's caps have a default, and null switches them off", () => {
    const { attn_logit_softcapping, ...rest } = json('configs/tiny-gemma2/config.json');
    expect(attn_logit_softcapping).toBe(4);
    expect(huggingFaceModelConfig(rest, true).attentionSoftcap).toBe(50);
    const off = huggingFaceModelConfig({ ...rest, attn_logit_softcapping: null, final_logit_softcapping: null }, true);
    expect(off).not.toHaveProperty('attentionSoftcap');
    expect(off).not.toHaveProperty('finalSoftcap');
  });

  test('Qwen slides from max_window_layers on, and only if enabled', () => {
    const qwen = { ...json('configs/tiny-qwen2/config.json'), sliding_window: 32, use_sliding_window: true };
    const slides = (change: object) =>
      huggingFaceModelConfig({ ...qwen, ...change }, false).layers.map(({ sliding }) => sliding);
    expect(slides({ max_window_layers: 0 })).toEqual([true, true, true]);
    expect(slides({ max_window_layers: 1 })).toEqual([false, true, true]);
    expect(slides({})).toEqual([false, false, false]);
    expect(slides({ max_window_layers: 0, use_sliding_window: false })).toEqual([false, false, false]);
    expect(slides({ layer_types: Array(3).fill('sliding_attention') })).toEqual([true, true, true]);
  });

  test.each([
    ['tiny-gemma3-text', { architectures: ['Gemma3ForConditionalGeneration'], model_type: 'gemma3' }, 'architectures'],
    ['tiny-gemma3-text', { use_bidirectional_attention: true }, 'use_bidirectional_attention'],
    ['tiny-gemma3-text', { attn_logit_softcapping: 50 }, 'attn_logit_softcapping'],
    ['tiny-gemma3-text', { rope_parameters: { rope_type: 'linear', factor: 8 } }, 'rope_parameters.rope_type'],
    ['tiny-gemma2', { hidden_activation: 'gelu' }, 'hidden_activation'],
    ['tiny-gemma2', { layer_types: ['chunked_attention', ...Array(3).fill('full_attention')] }, 'layer_types'],
    ['tiny-smollm3', { attention_bias: true }, 'attention_bias'],
    ['tiny-smollm3', { final_logit_softcapping: 30 }, 'final_logit_softcapping'],
    ['tiny-phi3', { rope_scaling: { type: 'longrope', long_factor: [1], short_factor: [1] } }, 'rope_type'],
    ['tiny-phi3', { rope_scaling: { type: 'su', long_factor: [1], short_factor: [1] } }, 'rope_type'],
    ['tiny-phi3', { rope_scaling: { type: 'yarn', factor: 2 } }, 'rope_type'],
    ['tiny-phi3', { auto_map: { AutoModelForCausalLM: 'modeling_other.Phi3ForCausalLM' } }, 'auto_map'],
  ])('%s with %j is refused by the name of its field', async (name, change, field) => {
    const { code, facts } = await thrown(() =>
      huggingFaceModelConfig({ ...json('configs', name, 'config.json'), ...change }, true),
    );
    expect(code).toBe('MODEL_UNSUPPORTED');
    expect(facts['field']).toBe(field);
  });

  test("Phi-3's repositories may include the class that transformers has adopted", () => {
    const map = { AutoConfig: 'configuration_phi3.Phi3Config', AutoModelForCausalLM: 'modeling_phi3.Phi3ForCausalLM' };
    expect(huggingFaceModelConfig({ ...json('configs/tiny-phi3/config.json'), auto_map: map }, true).architecture).toBe(
      'phi3',
    );
  });

  test.each([
    [{ rope_scaling: { rope_type: 'longrope', factor: 2 } }, 'rope_type'],
    [{ rope_scaling: { rope_type: 'linear', factor: 2, surprise: 1 } }, 'rope_scaling.surprise'],
    [{ hidden_act: 'gelu' }, 'hidden_act'],
    [{ attention_bias: true }, 'attention_bias'],
    [{ partial_rotary_factor: 0.5 }, 'partial_rotary_factor'],
    [{ quantization_config: { quant_method: 'gptq' } }, 'quantization_config'],
    [{ num_experts: 8 }, 'num_experts'],
    [{ auto_map: { AutoModel: 'evil.py' } }, 'auto_map'],
  ])('%j is refused by the name of its field', async (change, field) => {
    const { code, facts } = await thrown(() => huggingFaceModelConfig({ ...small, ...change }, true));
    expect(code).toBe('MODEL_UNSUPPORTED');
    expect(facts['field']).toBe(field);
  });

  test.each([
    { hidden_size: 'eight' },
    { hidden_size: -8 },
    { num_hidden_layers: 1e12 },
    { num_hidden_layers: 1e6 },
    { num_key_value_heads: 3, num_attention_heads: 4 },
    { vocab_size: null },
    { model_type: 'qwen2' },
    { rms_norm_eps: 0 },
    { rope_scaling: { rope_type: 'linear', factor: 0 } },
    { rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: -8 } },
    {
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 4,
        high_freq_factor: 4,
        original_max_position_embeddings: 8,
      },
    },
    { architectures: ['SmolLM3ForCausalLM'], model_type: 'smollm3', no_rope_layers: [1] },
    { architectures: ['MistralForCausalLM'], model_type: 'mistral', layer_types: ['full_attention'] },
  ])('%j is not valid', async (change) => {
    expect((await thrown(() => huggingFaceModelConfig({ ...small, ...change }, true))).code).toBe('MODEL_INVALID');
  });

  test('accepts the generation fields that transformers 4 writes into a config', () => {
    const written = {
      ...{
        max_length: 20,
        min_length: 0,
        num_beams: 1,
        num_beam_groups: 1,
        num_return_sequences: 1,
        top_k: 50,
        top_p: 1,
      },
      ...{ typical_p: 1, temperature: 1, repetition_penalty: 1, length_penalty: 1, diversity_penalty: 0, prefix: null },
      ...{ do_sample: false, early_stopping: false, pruned_heads: {}, torchscript: false, max_sequence_length: 2048 },
    };
    expect(huggingFaceModelConfig({ ...small, ...written }, true)).toEqual(huggingFaceModelConfig(small, true));
  });

  test('accepts an inactive field', () => {
    expect(
      huggingFaceModelConfig({ ...small, num_experts: 0, quantization_config: null, extra: {} }, true).layerCount,
    ).toBe(2);
  });
});

describe('Hugging Face folders', () => {
  test('a single file', async () => {
    const { config, tensors, byteLength } = await openModelFile(folder(small));
    expect(config.endOfSequenceIds).toEqual([1, 2]);
    expect([...tensors.keys()].sort()).toEqual([...expectedTensors(config).keys()].sort());
    expect(byteLength).toBeGreaterThan(1000);
  });

  test('files beside the topmost config.json count, and two equally deep ones are refused', async () => {
    const checkpoints = ['checkpoint-1', 'checkpoint-2'].flatMap((below) =>
      folder({ ...small, num_hidden_layers: 1 }).map((file) => ({
        ...file,
        name: file.name.replace('folder/', `folder/${below}/`),
      })),
    );
    for (const files of [
      [...folder(small), ...checkpoints],
      [...checkpoints, ...folder(small)],
    ])
      expect((await openModelFile(files)).config.layerCount).toBe(2);
    const beside = folder(small).map((file) => ({ ...file, name: file.name.replace('folder', 'other') }));
    const { code, facts } = await thrown(() => openModelFile([...folder(small), ...beside]));
    expect([code, facts['place']]).toEqual(['MODEL_INVALID', 'config.json']);
  });

  test('shards by their index', async () => {
    const shards = [
      smallTensors.filter((_, index) => index % 2 === 0),
      smallTensors.filter((_, index) => index % 2 === 1),
    ];
    const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
    const map = Object.fromEntries(shards.flatMap((shard, index) => shard.map(({ name }) => [name, names[index]])));
    const files = (weights: Record<string, unknown>): NamedBlob[] => [
      { name: 'config.json', blob: text(small) },
      { name: 'model.safetensors.index.json', blob: text({ weight_map: weights }) },
      ...shards.map((shard, index) => ({ name: names[index] as string, blob: new Blob([writeSafetensors(shard)]) })),
    ];
    const { tensors } = await openModelFile(files(map));
    expect(new Float32Array((await tensors.get('model.norm.weight')?.read())?.buffer as ArrayBuffer)[0]).toBe(
      smallTensors.findIndex(({ name }) => name === 'model.norm.weight'),
    );
    const moved = { ...map, 'model.norm.weight': map['model.norm.weight'] === names[0] ? names[1] : names[0] };
    expect((await thrown(() => openModelFile(files(moved)))).facts['place']).toBe('model.norm.weight');
  });

  test('the copy of a tied head is skipped, and a head that differs from the embedding is refused', async () => {
    const tied = { ...small, tie_word_embeddings: true };
    const withHead = (change: Partial<TensorToWrite>) =>
      smallTensors.map((each) =>
        each.name === 'lm_head.weight' ? ({ ...each, data: smallTensors[0]?.data, ...change } as TensorToWrite) : each,
      );
    const { tensors } = await openModelFile(folder(tied, withHead({})));
    expect(tensors.has('lm_head.weight')).toBe(false);
    const embedding = tensors.get('model.embed_tokens.weight');
    expect((await embedding?.read())?.byteLength).toBe(11 * 8 * 4);
    const data = Float32Array.from(smallTensors[0]?.data as Float32Array);
    data[40] = 1;
    const other = (await openModelFile(folder(tied, withHead({ data })))).tensors.get('model.embed_tokens.weight');
    expect((await other?.readRows(0, 5))?.byteLength).toBe(5 * 8 * 4);
    const { code, facts } = await thrown(() => other?.readRows(5, 1));
    expect([code, facts['field']]).toEqual(['MODEL_UNSUPPORTED', 'tie_word_embeddings']);
    const shape = withHead({ shape: [4, 22] });
    expect((await thrown(() => openModelFile(folder(tied, shape)))).facts['field']).toBe('tie_word_embeddings');
  });

  test("Phi-3's fused projections become their parts, by ranges of rows", async () => {
    const phi = {
      ...small,
      architectures: ['Phi3ForCausalLM'],
      model_type: 'phi3',
      num_hidden_layers: 1,
      rms_norm_eps: 1e-5,
    };
    const config = huggingFaceModelConfig(phi, true);
    const rows = (name: string, count: number, columns: number): TensorToWrite => ({
      name: `model.layers.0.${name}.weight`,
      dtype: 'F32',
      shape: [count, columns],
      data: Float32Array.from({ length: count * columns }, (_, at) => Math.floor(at / columns)),
    });
    const fused = /(q|k|v|gate|up)_proj/;
    const others = tensorsOf(config).filter(({ name }) => !fused.test(name));
    const files = (qkvRows: number): NamedBlob[] =>
      folder(phi, [...others, rows('self_attn.qkv_proj', qkvRows, 8), rows('mlp.gate_up_proj', 24, 8)]);
    const { tensors } = await openModelFile(files(16));
    const firstRow = async (name: string): Promise<[number, readonly number[]]> => {
      const tensor = tensors.get(`model.layers.0.${name}.weight`);
      const values = new Float32Array((await tensor?.read())?.buffer as ArrayBuffer);
      expect(values).toHaveLength((tensor?.shape ?? []).reduce((product, size) => product * size, 1));
      return [values[0] as number, tensor?.shape ?? []];
    };
    expect(await firstRow('self_attn.q_proj')).toEqual([0, [8, 8]]);
    expect(await firstRow('self_attn.k_proj')).toEqual([8, [4, 8]]);
    expect(await firstRow('self_attn.v_proj')).toEqual([12, [4, 8]]);
    expect(await firstRow('mlp.gate_proj')).toEqual([0, [12, 8]]);
    expect(await firstRow('mlp.up_proj')).toEqual([12, [12, 8]]);
    const { code, facts } = await thrown(() => openModelFile(files(17)));
    expect([code, facts['place']]).toEqual(['MODEL_INVALID', 'model.layers.0.self_attn.qkv_proj.weight']);
  });

  test.each(['index-escapes.safetensors.index.json', 'index-missing-shard.safetensors.index.json'])(
    '%s is refused',
    async (name) => {
      const { code, facts } = await thrown(() => readShardIndex(json('hostile', name), new Set(['model.safetensors'])));
      expect(code).toBe('MODEL_INVALID');
      expect(facts['place']).toMatch(/index\.json/);
    },
  );

  test.each([
    [
      'a missing tensor',
      smallTensors.filter(({ name }) => name !== 'model.layers.1.mlp.up_proj.weight'),
      'MODEL_INVALID',
    ],
    [
      'a wrong shape',
      smallTensors.map((each) => (each.name === 'lm_head.weight' ? { ...each, shape: [8, 11] } : each)),
      'MODEL_INVALID',
    ],
    [
      'a tensor that would be ignored',
      [
        ...smallTensors,
        { name: 'model.layers.0.self_attn.q_proj.bias', dtype: 'F32' as const, shape: [8], data: new Float32Array(8) },
      ],
      'MODEL_UNSUPPORTED',
    ],
    [
      'integers as weights',
      smallTensors.map((each) => (each.name === 'model.norm.weight' ? { ...each, dtype: 'I32' as const } : each)),
      'MODEL_UNSUPPORTED',
    ],
  ])('%s is refused', async (_, tensors, code) => {
    expect((await thrown(() => openModelFile(folder(small, tensors)))).code).toBe(code);
  });

  test('files that are missing or invalid JSON are named', async () => {
    expect((await thrown(() => openModelFile([]))).facts['place']).toBe('config.json');
    expect((await thrown(() => openModelFile([{ name: 'config.json', blob: new Blob(['{']) }]))).facts['place']).toBe(
      'config.json',
    );
    expect((await thrown(() => openModelFile([{ name: 'config.json', blob: text(small) }]))).facts['place']).toBe(
      'model.safetensors',
    );
  });

  test('a redundantly saved tied head is not a tensor of the model', async () => {
    const { tensors } = await openModelFile(folder({ ...small, tie_word_embeddings: true }));
    expect(tensors.has('lm_head.weight')).toBe(false);
  });
});

describe('GGUF files', () => {
  test('golden logits, greedy text and tokenizers', async () => {
    const seen: string[] = [];
    for await (const { name, run } of ggufCases(path.join(golden, 'gguf'), createReferenceBackend())) {
      const outcome = await run();
      seen.push(name);
      expect({ name, outcome }).toMatchObject({ outcome: { error: expect.any(Number) } });
      if ('error' in outcome)
        expect({ name, within: outcome.error <= outcome.tolerance }).toEqual({ name, within: true });
    }
    expect(seen).toContain('llama.Q4_0/logits_37');
    expect(seen).toContain('qwen2.Q4_0.gguf tokenizer: encode');
  }, 240_000);

  test.each([
    ['llama.Q4_0.gguf', true, null],
    ['qwen2.Q4_0.gguf', false, { type: 'NFC' }],
  ])('%s: the split that its name stands for', async (name, ignoreMerges, normalizer) => {
    const { tokenizerJson } = await openModelFile([{ name, blob: new Blob([read('gguf', name)]) }]);
    expect(tokenizerJson).toMatchObject({ normalizer, model: { type: 'BPE', ignore_merges: ignoreMerges } });
  });

  test.each(['architecture-missing.gguf', 'architecture-wrong-type.gguf'])('%s is not a model', async (name) => {
    const { code, facts } = await thrown(() => openGguf({ name, blob: new Blob([read('hostile', name)]) }));
    expect(code).toBe('MODEL_INVALID');
    expect(facts['place']).toBe('general.architecture');
  });

  /** The llama file with one piece of its header overwritten by another of the same length. */
  const patched = (from: string, to: string): NamedBlob => {
    const bytes = Buffer.from(read('gguf/llama.Q4_0.gguf'));
    const at = bytes.indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.write(to, at);
    return { name: 'patched.gguf', blob: new Blob([bytes]) };
  };

  test.each([
    ['llama.rope.freq_base', 'llama.expert_count_x', 'llama.expert_count_x', 'MODEL_UNSUPPORTED'],
    ['llama-bpe', 'other-bpe', 'tokenizer.ggml.pre', 'MODEL_UNSUPPORTED'],
    ['blk.1.attn_q.weight', 'blk.1.attn_z.weight', 'model.layers.1.self_attn.q_proj.weight', 'MODEL_INVALID'],
    ['llama.block_count', 'llama.block_kount', 'llama.block_count', 'MODEL_INVALID'],
  ])('%s spelt %s is refused by name', async (from, to, name, code) => {
    const error = await thrown(() => openModelFile([patched(from, to)]));
    expect(error.code).toBe(code);
    expect(Object.values(error.facts)).toContain(name);
  });

  test('a head’s rows are permuted from pairs to halves', () => {
    // Two heads of 6 rows of 2 bytes; row 2i + p belongs at p * 3 + i.
    const rows = Array.from({ length: 12 }, (_, row) => [row, 100 + row]).flat();
    const moved = unpermuteRows(Uint8Array.from(rows), 2, 6);
    expect([...moved].filter((_, index) => index % 2 === 0)).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
    expect([...moved].filter((_, index) => index % 2 === 1)).toEqual(
      [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11].map((row) => 100 + row),
    );
  });
});
