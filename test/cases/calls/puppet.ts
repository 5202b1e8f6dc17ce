// A model of a few hundred kilobytes whose answer is known: each token's embedding is a direction of its own, attention and feed-forward
// are zero, and the head names for each token the next one. It is described in a case by what a test is about: its tokens, their types,
// what its files say of them.

import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type GgufEntry, writeGguf } from '../../../bench/engine/models/writeGguf.ts';
import { writeSafetensors } from '../../../src/engine/safetensors/writeSafetensors.ts';
import type { Json } from '../../../src/lib/canonicalJson.ts';

export interface Puppet {
  /** Tokens after the 256 of the bytes (and "qz", which makes the vocabulary merge something), with GGUF's type: 1 normal, 3 control, 4 user-defined. */
  readonly tokens: readonly (readonly [content: string, type: number])[];
  /** What is answered, letter by letter, after a line end, and the token after it. */
  readonly answer?: string;
  readonly end?: string;
  readonly template?: string;
  /** Keys of the header below `tokenizer.ggml.`: a number is u32, `{ "u64": n }` and the like is of that type. */
  readonly header?: Readonly<Record<string, Json>>;
  /** A Hugging Face folder in place of a GGUF file. */
  readonly folder?: {
    readonly config?: Readonly<Record<string, Json>>;
    readonly tokenizerConfig?: Readonly<Record<string, Json>>;
    readonly tokenizerJson?: Readonly<Record<string, Json>>;
    /** Further files: text, or JSON. */
    readonly files?: Readonly<Record<string, Json>>;
  };
}

export type PuppetFiles = readonly { readonly name: string; readonly blob: Blob }[];

const [headDimension, heads, intermediate] = [16, 2, 32];

/** GPT-2's spelling of bytes: printable ones stand for themselves, the others follow U+0100. */
function byteTokens(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const prints = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(prints ? byte : next++);
  });
}

function weights(vocabulary: readonly string[], { answer = 'hi', end }: Puppet, hidden: number) {
  const embedding = new Float32Array(vocabulary.length * hidden);
  const head = new Float32Array(vocabulary.length * hidden);
  const idOf = (token: string): number => vocabulary.indexOf(token);
  for (let id = 0; id < vocabulary.length; id += 1) embedding[id * hidden + id] = 1;
  const follow = (from: number, to: number): void => {
    head[to * hidden + from] = 1;
  };
  const [lineEnd] = [vocabulary[0x0a] as string];
  const said = [lineEnd, ...answer, ...(end === undefined ? [] : [end])];
  for (const [index, token] of said.slice(1).entries()) follow(idOf(said[index] as string), idOf(token));
  // What comes after an end that was overlooked.
  if (end !== undefined) follow(idOf(end), idOf('x'));
  follow(idOf('x'), idOf('y'));
  follow(idOf('y'), idOf('x'));
  return { embedding, head };
}

/** Names, shapes and values of all tensors, by what the container calls them. */
function tensors(vocabulary: readonly string[], puppet: Puppet, hidden: number, names: readonly string[]) {
  const { embedding, head } = weights(vocabulary, puppet, hidden);
  const zeros = (rows: number, columns: number): [number[], Float32Array] => [
    [rows, columns],
    new Float32Array(rows * columns),
  ];
  const ones: [number[], Float32Array] = [[hidden], new Float32Array(hidden).fill(1)];
  const table = (values: Float32Array): [number[], Float32Array] => [[vocabulary.length, hidden], values];
  const all = [
    table(embedding),
    table(head),
    ones,
    ones,
    ones,
    zeros(heads * headDimension, hidden),
    zeros(headDimension, hidden),
    zeros(headDimension, hidden),
    zeros(hidden, heads * headDimension),
    zeros(intermediate, hidden),
    zeros(intermediate, hidden),
    zeros(hidden, intermediate),
  ];
  return all.map(([shape, data], index) => ({ name: names[index] as string, shape, data }));
}

const ggufNames = [
  'token_embd.weight',
  'output.weight',
  'output_norm.weight',
  ...['attn_norm', 'ffn_norm', 'attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'].map(
    (name) => `blk.0.${name}.weight`,
  ),
];
const folderNames = [
  'model.embed_tokens.weight',
  'lm_head.weight',
  'model.norm.weight',
  ...[
    'input_layernorm',
    'post_attention_layernorm',
    'self_attn.q_proj',
    'self_attn.k_proj',
    'self_attn.v_proj',
    'self_attn.o_proj',
    'mlp.gate_proj',
    'mlp.up_proj',
    'mlp.down_proj',
  ].map((name) => `model.layers.0.${name}.weight`),
];

function entry(value: Json): GgufEntry {
  if (typeof value === 'number') return { type: 'u32', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'string') return { type: 'string', value };
  if (Array.isArray(value)) return { type: 'i32s', value: Int32Array.from(value as number[]) };
  const [[type, number] = ['f32', 0]] = Object.entries(value as Record<string, number>);
  return { type: type as 'u64', value: number };
}

async function ggufFile(vocabulary: readonly string[], puppet: Puppet, hidden: number): Promise<PuppetFiles> {
  const types = Int32Array.from(vocabulary, (_, id) => puppet.tokens[id - 257]?.[1] ?? 1);
  const numbers = {
    context_length: 256,
    embedding_length: hidden,
    block_count: 1,
    feed_forward_length: intermediate,
    'attention.head_count': heads,
    'attention.head_count_kv': 1,
    'attention.key_length': headDimension,
    'attention.value_length': headDimension,
    'rope.dimension_count': headDimension,
    vocab_size: vocabulary.length,
  };
  const metadata = new Map<string, GgufEntry>([
    ['general.architecture', { type: 'string', value: 'llama' }],
    ...Object.entries(numbers).map(([key, value]): [string, GgufEntry] => [`llama.${key}`, { type: 'u32', value }]),
    ['llama.attention.layer_norm_rms_epsilon', { type: 'f32', value: 1e-5 }],
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'gpt-2' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: vocabulary }],
    ['tokenizer.ggml.token_type', { type: 'i32s', value: types }],
    ['tokenizer.ggml.merges', { type: 'strings', value: ['q z'] }],
    ...(puppet.template === undefined
      ? []
      : ([['tokenizer.chat_template', { type: 'string', value: puppet.template }]] as const)),
    ...Object.entries(puppet.header ?? {}).map(([key, value]): [string, GgufEntry] => [
      key.startsWith('general.') ? key : `tokenizer.ggml.${key}`,
      entry(value),
    ]),
  ]);
  const folder = await mkdtemp(path.join(tmpdir(), 'puppet-'));
  try {
    const file = path.join(folder, 'model.gguf');
    writeGguf(
      file,
      metadata,
      tensors(vocabulary, puppet, hidden, ggufNames).map(({ name, shape, data }) => ({
        name,
        type: 0,
        shape,
        bytes: data.byteLength,
        make: () => new Uint8Array(data.buffer),
      })),
    );
    return [{ name: 'model.gguf', blob: new Blob([await (await openAsBlob(file)).arrayBuffer()]) }];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function folderFiles(vocabulary: readonly string[], puppet: Puppet, hidden: number): PuppetFiles {
  const { config, tokenizerConfig, tokenizerJson, files = {} } = puppet.folder ?? {};
  const added = puppet.tokens.flatMap(([content, type], index) =>
    type === 1 ? [] : [{ id: 257 + index, content, special: type === 3, normalized: false }],
  );
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const json: Record<string, Json> = {
    'config.json': {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: hidden,
      intermediate_size: intermediate,
      num_hidden_layers: 1,
      num_attention_heads: heads,
      num_key_value_heads: 1,
      head_dim: headDimension,
      vocab_size: vocabulary.length,
      rms_norm_eps: 1e-5,
      max_position_embeddings: 256,
      tie_word_embeddings: false,
      ...config,
    },
    'tokenizer.json': {
      version: '1.0',
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: byteLevel,
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
        merges: ['q z'],
      },
      ...tokenizerJson,
    },
    'tokenizer_config.json': {
      ...(puppet.template === undefined ? {} : { chat_template: puppet.template }),
      ...tokenizerConfig,
    },
    ...files,
  };
  const model = writeSafetensors(
    tensors(vocabulary, puppet, hidden, folderNames).map((tensor) => ({ ...tensor, dtype: 'F32' })),
  );
  return [
    { name: 'model.safetensors', blob: new Blob([model]) },
    ...Object.entries(json).map(([name, value]) => ({
      name,
      blob: new Blob([typeof value === 'string' ? value : JSON.stringify(value)]),
    })),
  ];
}

/** The files of a puppet. */
export async function puppetFiles(puppet: Puppet): Promise<PuppetFiles> {
  const vocabulary = [...byteTokens(), 'qz', ...puppet.tokens.map(([content]) => content)];
  const hidden = Math.ceil(vocabulary.length / 32) * 32;
  return puppet.folder === undefined
    ? await ggufFile(vocabulary, puppet, hidden)
    : folderFiles(vocabulary, puppet, hidden);
}
