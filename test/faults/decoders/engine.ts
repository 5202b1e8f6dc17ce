// Models, adapters and templates that people bring.

import { jsonSchemaGrammar } from '../../../src/engine/chat/jsonSchemaGrammar.ts';
import { expectedTensors } from '../../../src/engine/checkModel.ts';
import { huggingFaceModelConfig } from '../../../src/engine/huggingFace/huggingFaceModelConfig.ts';
import { convertModel, type JsonSchema, openModelFile, openTokenizer, readAdapter } from '../../../src/engine/index.ts';
import { storedChoices } from '../../../src/engine/quant/quantizationChoices.ts';
import { openSafetensors } from '../../../src/engine/safetensors/openSafetensors.ts';
import { writeSafetensors } from '../../../src/engine/safetensors/writeSafetensors.ts';
import { createChatRenderer } from '../../../src/engine/tokenizer/createChatRenderer.ts';
import { readCheckpoint, writeCheckpoint } from '../../../src/engine/train/checkpoint.ts';
import { concatBytes } from '../../../src/lib/bytes.ts';
import { TributaryError } from '../../../src/lib/errors.ts';
import type { Decoder, Structure } from './decoder.ts';
import { fileBytes, filesBytes } from './files.ts';
import { json, measuredJson, textOf, utf8 } from './structures.ts';

type Fields = Readonly<Record<string, unknown>>;
type Bytes = Uint8Array<ArrayBuffer>;

const blob = (name: string, bytes: Bytes) => ({ name, blob: new Blob([bytes]) });
const safetensors = measuredJson(0, 1);

const configJson: Fields = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 40,
  hidden_act: 'silu',
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
  bos_token_id: 0,
  eos_token_id: 1,
  rope_scaling: null,
};
const config = huggingFaceModelConfig(configJson, false);
const weights = writeSafetensors(
  [...expectedTensors(config)].map(([name, shape]) => ({
    name,
    dtype: 'F32',
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  })),
);
const tokenizer = () => fileBytes('test/golden/engine/tiny-llama-onnx/tokenizer.json');
const folder = async () => ({
  'config.json': utf8(JSON.stringify(configJson)),
  'model.safetensors': weights,
  'tokenizer.json': await tokenizer(),
});

/** A folder of a model in which one file is these bytes. */
async function openFolder(name: string, bytes: Bytes): Promise<void> {
  const files = { ...(await folder()), [name]: bytes };
  await openModelFile(Object.entries(files).map(([file, content]) => blob(file, content)));
}

async function readAll(tensors: Iterable<{ read(): Promise<unknown> }>): Promise<void> {
  for (const tensor of tensors) await tensor.read();
}

function fields(bytes: Bytes): Fields {
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes));
  } catch {
    // The public call takes what was parsed.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new TributaryError({ code: 'NOT_FIELDS', message: 'No object.', hint: 'None.' });
}

function useTokenizer(parameters: Parameters<typeof openTokenizer>[0]): void {
  const opened = openTokenizer({ vocabularySize: 512, ...parameters });
  const ids = opened.encode('Tell me, <s> t7t8 \u00e9\u{1f600}', { addSpecial: true });
  opened.decode(ids);
  for (const id of ids.slice(0, 4)) opened.bytesOf(id);
  opened.encodeRow({ prompt: 'a <s>', response: 'b' });
}

const template =
  "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] | trim + ' [/INST]' }}" +
  "{% elif loop.index0 % 2 == 0 %}{{ message.content.split('x')[-1] ~ eos_token }}{% else %}{{ raise_exception('no') }}{% endif %}{% endfor %}" +
  "{%- set ns = namespace(a=1) -%}{%- macro m(x, y=2) -%}{{ x|upper|replace('A', 'b') }}{%- endmacro -%}{{ m('q') }}{{ messages|map(attribute='role')|join(', ') }}{{ strftime_now('%d') if false else ns.a }}";

const schemas: readonly unknown[] = [
  {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 20 },
      age: { type: 'integer', minimum: 0, exclusiveMaximum: 150 },
      score: { type: 'number', minimum: -0.25, maximum: 1.5 },
      tags: { type: 'array', items: { enum: ['a', 1, null] }, minItems: 1, maxItems: 600 },
      next: { anyOf: [{ $ref: '#' }, { type: 'null' }] },
    },
    required: ['name'],
    additionalProperties: false,
  },
  { $ref: '#/$defs/a', $defs: { a: { type: 'array', prefixItems: [{ const: 1 }, { type: 'boolean' }] } } },
];

const adapterConfig = {
  peft_type: 'LORA',
  r: 2,
  lora_alpha: 4,
  target_modules: ['q_proj'],
  bias: 'none',
  task_type: 'CAUSAL_LM',
};
const factor = (name: string, ...shape: number[]) => ({
  name: `base_model.model.model.layers.0.self_attn.q_proj.lora_${name}.weight`,
  dtype: 'F32' as const,
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});
const adapterWeights = writeSafetensors([factor('A', 2, 32), factor('B', 32, 2)]);

const checkpoint = { step: 3, digest: 'ab'.repeat(32), parameters: new Float32Array(8) };
const moments = { firstMoments: new Float32Array(8), secondMoments: new Float32Array(8) };

const packed: Promise<Bytes> = (async () => {
  const files = Object.entries(await folder()).map(([name, bytes]) => blob(name, bytes));
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of convertModel(await openModelFile(files), storedChoices)) pieces.push(bytes);
  return concatBytes(pieces);
})();

const jsonExamples =
  (...values: readonly unknown[]): Decoder['examples'] =>
  async () =>
    values.map((value) => utf8(JSON.stringify(value)));

export const decoders: readonly Decoder[] = [
  {
    name: 'engine/gguf',
    share: 0.5,
    examples: () =>
      filesBytes(
        'test/golden/engine-formats/hostile',
        'valid-one-tensor.gguf',
        'valid-version-2.gguf',
        'valid-alignment-64.gguf',
        'valid-no-tensors.gguf',
        'array-nested-2000.gguf',
      ),
    decode: (bytes) => openModelFile([blob('a.gguf', bytes)]),
  },
  {
    name: 'engine/gguf-model',
    share: 0.02,
    examples: () => filesBytes('test/golden/engine-formats/gguf', 'llama.Q4_0.gguf'),
    async decode(bytes) {
      const { tensors, tokenizerJson, tokenizerConfig } = await openModelFile([blob('a.gguf', bytes)]);
      await readAll(tensors.values());
      if (tokenizerJson !== undefined) useTokenizer({ tokenizerJson, tokenizerConfig: tokenizerConfig ?? {} });
    },
  },
  {
    name: 'engine/safetensors',
    structure: safetensors,
    examples: async () => [
      adapterWeights,
      ...(await filesBytes(
        'test/golden/engine-formats/hostile',
        'valid-scalar.safetensors',
        'valid-proto-name.safetensors',
        'valid-zero-size.safetensors',
      )),
    ],
    async decode(bytes) {
      const { tensors } = await openSafetensors(blob('a.safetensors', bytes));
      await readAll(tensors.values());
      for (const tensor of tensors.values())
        if (tensor.shape.length > 0) await tensor.readRows(0, tensor.shape[0] ?? 0);
    },
  },
  {
    name: 'engine/model-config',
    structure: json,
    share: 0.2,
    examples: jsonExamples(configJson, { ...configJson, rope_scaling: { rope_type: 'yarn', factor: 4 }, head_dim: 16 }),
    decode: (bytes) => openFolder('config.json', bytes),
  },
  {
    name: 'engine/generation-config',
    structure: json,
    share: 0.2,
    examples: jsonExamples({ bos_token_id: 0, eos_token_id: [1, 2] }),
    decode: (bytes) => openFolder('generation_config.json', bytes),
  },
  {
    name: 'engine/shard-index',
    structure: json,
    share: 0.2,
    examples: jsonExamples({
      metadata: { total_size: 1 },
      weight_map: Object.fromEntries([...expectedTensors(config).keys()].map((name) => [name, 'model.safetensors'])),
    }),
    decode: (bytes) => openFolder('model.safetensors.index.json', bytes),
  },
  {
    name: 'engine/model-safetensors',
    structure: safetensors,
    share: 0.1,
    examples: async () => [weights],
    decode: (bytes) => openFolder('model.safetensors', bytes),
  },
  {
    name: 'engine/tokenizer',
    structure: json,
    share: 0.02,
    examples: async () => [
      await tokenizer(),
      ...(await filesBytes(
        'test/golden/engine-formats/tokenizers',
        'llama2-metaspace/tokenizer.json',
        'qwen2-bpe/tokenizer.json',
      )),
    ],
    decode: (bytes) => useTokenizer({ tokenizerJson: fields(bytes) }),
  },
  {
    name: 'engine/tokenizer-config',
    structure: json,
    share: 0.05,
    examples: () =>
      filesBytes(
        'test/golden/engine-formats/tokenizers',
        'llama2-metaspace/tokenizer_config.json',
        'qwen2-bpe/tokenizer_config.json',
      ),
    async decode(bytes) {
      useTokenizer({ tokenizerJson: fields(await tokenizer()), tokenizerConfig: fields(bytes) });
    },
  },
  {
    name: 'engine/chat-template',
    share: 0.3,
    examples: async () => [
      utf8(template),
      ...(await filesBytes('test/golden/engine-formats/tokenizers', 'gemma-metaspace/chat_template.jinja')),
    ],
    decode: (bytes) => {
      const render = createChatRenderer(textOf(bytes));
      const messages = [
        { role: 'user', content: 'a<s>' },
        { role: 'assistant', content: 'b' },
      ] as const;
      return render({ bos_token: '<s>', eos_token: '</s>' }, messages, true);
    },
  },
  {
    name: 'engine/json-schema',
    structure: json,
    examples: jsonExamples(...schemas),
    decode: (bytes) => jsonSchemaGrammar(fields(bytes) as JsonSchema),
  },
  {
    name: 'engine/adapter-config',
    structure: json,
    examples: jsonExamples(adapterConfig, {
      ...adapterConfig,
      target_modules: '.*\\.(q|v)_proj',
      rank_pattern: { q_proj: 2 },
      alpha_pattern: { 'layers.0': 4 },
      layers_to_transform: [0],
      use_rslora: true,
    }),
    decode: (bytes) => readAdapter({ config: fields(bytes), weights: adapterWeights, model: config }),
  },
  {
    name: 'engine/adapter-weights',
    structure: safetensors,
    share: 0.5,
    examples: async () => [adapterWeights],
    decode: (bytes) => readAdapter({ config: adapterConfig, weights: bytes, model: config }),
  },
  {
    name: 'engine/checkpoint',
    structure: safetensors,
    share: 0.5,
    examples: async () => [
      writeCheckpoint({ ...checkpoint, ...moments }),
      // Of another type, whose bytes are no whole number of floats.
      writeSafetensors(
        ['parameters', 'first_moments', 'second_moments'].map((name) => ({
          name,
          dtype: 'U8',
          shape: [3],
          data: new Uint8Array(3),
        })),
        { format: 'tributary-checkpoint-1', step: '3', digest: checkpoint.digest },
      ),
    ],
    decode: (bytes) => readCheckpoint(bytes, checkpoint.digest, checkpoint.parameters.length),
  },
  {
    name: 'engine/tribpack',
    structure: measuredJson(16, 256) satisfies Structure,
    share: 0.1,
    examples: async () => [await packed],
    async decode(bytes) {
      const { tensors } = await openModelFile([blob('model', bytes)]);
      await readAll(tensors.values());
    },
  },
];
