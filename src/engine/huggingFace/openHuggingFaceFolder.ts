// The files of a Hugging Face model folder as a `ModelFile`: config.json, one safetensors file or shards with their index,
// and the tokenizer's files, if present. Files are matched by the last part of their path.
import type { BlobLike } from '../../lib/blobLike.ts';
import { checkModelTensors } from '../checkModel.ts';
import type { WeightFormat } from '../formats/blockFormats.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';
import type { ModelFile, NamedBlob, SourceFile, StoredTensor } from '../modelFile.ts';
import { openSafetensors, type SafetensorsTensor } from '../safetensors/openSafetensors.ts';
import { splitFusedTensors } from '../splitFusedTensors.ts';
import { tokenIds } from '../tokenizer/tokenIds.ts';
import { huggingFaceModelConfig } from './huggingFaceModelConfig.ts';
import { readShardIndex } from './readShardIndex.ts';

const formats = new Map<string, WeightFormat>([
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
]);

/** Far above any tokenizer; a larger "JSON" file is a mistake. */
const MAX_JSON_BYTES = 256 << 20;

type Folder = ReadonlyMap<string, BlobLike>;

/**
 * The files beside the topmost config.json, by base name: files elsewhere, such as a checkpoint, belong to another model. Throws
 * `MODEL_INVALID` if several are equally deep.
 */
function folderOf(files: readonly NamedBlob[]): Folder {
  const placed = files.map(({ name, blob }) => {
    const end = name.lastIndexOf('/') + 1;
    return { path: name.slice(0, end), depth: name.split('/').length, name: name.slice(end), blob };
  });
  const configs = placed.filter(({ name }) => name === 'config.json').sort((one, other) => one.depth - other.depth);
  const [config, next] = configs;
  if (next !== undefined && next.depth === config?.depth)
    throw modelInvalid('config.json', 'there are two files called config.json.');
  return new Map(placed.filter(({ path }) => path === config?.path).map(({ name, blob }) => [name, blob]));
}

async function readText(folder: Folder, name: string): Promise<string | undefined> {
  const blob = folder.get(name);
  if (blob === undefined) return undefined;
  if (blob.size > MAX_JSON_BYTES)
    throw modelInvalid(name, `${name} has ${blob.size} bytes, more than ${MAX_JSON_BYTES}.`);
  return new TextDecoder().decode(await blob.arrayBuffer());
}

async function readJson(folder: Folder, name: string): Promise<Record<string, unknown> | undefined> {
  const text = await readText(folder, name);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw modelInvalid(name, `${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw modelInvalid(name, `${name} is not a JSON object.`);
  return value as Record<string, unknown>;
}

/** The safetensors files of the folder: those in the index, or the only one. */
async function readTensors(
  folder: Folder,
): Promise<{ tensors: Map<string, SafetensorsTensor>; sources: SourceFile[] }> {
  const index = await readJson(folder, 'model.safetensors.index.json');
  const single = folder.has('model.safetensors')
    ? ['model.safetensors']
    : [...folder.keys()].filter((name) => name.endsWith('.safetensors'));
  const shardOf = index === undefined ? undefined : readShardIndex(index, new Set(folder.keys()));
  const shards = shardOf === undefined ? single : [...new Set(shardOf.values())].sort();
  if (shards.length === 0) throw modelInvalid('model.safetensors', 'its safetensors file is missing.');
  if (shardOf === undefined && shards.length > 1)
    throw modelInvalid('model.safetensors.index.json', 'there are several safetensors files and no index of them.');
  const tensors = new Map<string, SafetensorsTensor>();
  const sources: SourceFile[] = [];
  for (const name of shards) {
    const blob = folder.get(name) as BlobLike;
    sources.push({ name, byteLength: blob.size });
    for (const tensor of (await openSafetensors({ name, blob })).tensors.values()) {
      if (tensors.has(tensor.name)) throw modelInvalid(tensor.name, `the tensor ${tensor.name} is in two shards.`);
      if (shardOf !== undefined && shardOf.get(tensor.name) !== name)
        throw modelInvalid(tensor.name, `the index does not place the tensor ${tensor.name} in ${name}.`);
      tensors.set(tensor.name, tensor);
    }
  }
  for (const name of shardOf?.keys() ?? []) {
    if (!tensors.has(name))
      throw modelInvalid(name, `the index names the tensor ${name}, and its shard does not hold it.`);
  }
  return { tensors, sources };
}

function storedTensor({ name, dtype, shape, read, readRows }: SafetensorsTensor): StoredTensor {
  const format = formats.get(dtype);
  if (format === undefined)
    throw modelUnsupported('dtype', dtype, `its tensor ${name.slice(0, 200)} is stored as ${dtype}.`);
  return { name, format, shape, read, readRows };
}

/**
 * The embedding of a model whose config ties the head to it although its files contain a head: usually a copy. Rows are compared as
 * they are read; a head that differs is refused, since ignoring either it or the config would be a guess.
 */
function checkedEmbedding(embedding: StoredTensor, head: StoredTensor): StoredTensor {
  const refuse = (): never => {
    throw modelUnsupported(
      'tie_word_embeddings',
      true,
      'it ties its head to the embedding, and its files hold another.',
    );
  };
  if (head.format !== embedding.format || head.shape.join() !== embedding.shape.join()) refuse();
  const readRows: StoredTensor['readRows'] = async (first, count, signal) => {
    const bytes = await embedding.readRows(first, count, signal);
    const others = await head.readRows(first, count, signal);
    if (bytes.some((byte, at) => byte !== others[at])) refuse();
    return bytes;
  };
  return { ...embedding, readRows, read: (signal) => readRows(0, embedding.shape[0] ?? 0, signal) };
}

/** The model's tensors in the files, without frequencies that follow from the config and without the copy of a tied head. */
function modelTensors(stored: Iterable<SafetensorsTensor>, config: ModelConfig): StoredTensor[] {
  const tensors = [...stored].filter(({ name }) => !name.endsWith('.rotary_emb.inv_freq')).map(storedTensor);
  const head = config.tiedEmbedding ? tensors.find(({ name }) => name === 'lm_head.weight') : undefined;
  if (head === undefined) return tensors;
  return tensors
    .filter((tensor) => tensor !== head)
    .map((tensor) => (tensor.name === 'model.embed_tokens.weight' ? checkedEmbedding(tensor, head) : tensor));
}

type Json = Readonly<Record<string, unknown>>;

/** The tokenizer's config, with what older folders say of their special tokens in a file of its own. */
function withSpecialTokens(config: Json | undefined, special: Json | undefined): Record<string, unknown> | undefined {
  if (special === undefined) return config;
  const told = Object.entries(config ?? {}).filter(([, value]) => value !== null);
  return { ...config, ...special, ...Object.fromEntries(told) };
}

/** One template, or several by name: then the default one, or the only one. Blank text is no template. */
function namedTemplate(value: unknown): string | undefined {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [];
  const named = list.find((entry) => entry?.['name'] === 'default') ?? (list.length === 1 ? list[0] : undefined);
  const template = typeof value === 'string' ? value : named?.['template'];
  return typeof template === 'string' && template.trim() !== '' ? template : undefined;
}

/** The chat template, as transformers looks for it: a file of its own, the tokenizer's config, the processor's file. */
async function chatTemplateOf(folder: Folder, tokenizerConfig: Json | undefined): Promise<string | undefined> {
  return (
    namedTemplate(await readText(folder, 'chat_template.jinja')) ??
    namedTemplate(tokenizerConfig?.['chat_template']) ??
    namedTemplate((await readJson(folder, 'chat_template.json'))?.['chat_template'])
  );
}

/** The ends that both configs name. */
function withGenerationConfig(
  config: ModelConfig,
  generation: Readonly<Record<string, unknown>> | undefined,
): ModelConfig {
  const field = 'generation_config.json: eos_token_id';
  const ids = tokenIds(field, generation?.['eos_token_id'], config.vocabularySize);
  return { ...config, endOfSequenceIds: [...new Set([...config.endOfSequenceIds, ...ids])] };
}

/**
 * Opens the files of a Hugging Face folder. Reads JSON files and safetensors headers, no tensor. Throws `MODEL_*` or
 * `SAFETENSORS_*` with the field, tensor or file.
 */
export async function openHuggingFaceFolder(files: readonly NamedBlob[]): Promise<ModelFile> {
  const folder = folderOf(files);
  const json = await readJson(folder, 'config.json');
  if (json === undefined) throw modelInvalid('config.json', 'its config.json is missing.');
  // Refuses an unsupported architecture before any tensor header is read.
  huggingFaceModelConfig(json, true);
  const { tensors: stored, sources } = await readTensors(folder);
  const config = withGenerationConfig(
    huggingFaceModelConfig(json, stored.has('lm_head.weight')),
    await readJson(folder, 'generation_config.json'),
  );
  const tensors = splitFusedTensors(config, modelTensors(stored.values(), config));
  checkModelTensors(config, tensors);
  const tokenizerJson = await readJson(folder, 'tokenizer.json');
  const tokenizerConfig = withSpecialTokens(
    await readJson(folder, 'tokenizer_config.json'),
    await readJson(folder, 'special_tokens_map.json'),
  );
  const chatTemplate = await chatTemplateOf(folder, tokenizerConfig);
  return {
    container: 'safetensors',
    config,
    tensors,
    ...(tokenizerJson === undefined ? {} : { tokenizerJson }),
    ...(tokenizerConfig === undefined ? {} : { tokenizerConfig }),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    names: typeof json['_name_or_path'] === 'string' ? [json['_name_or_path']] : [],
    byteLength: sources.reduce((total, { byteLength }) => total + byteLength, 0),
    sources,
  };
}
