// Which files of a source form one model: each GGUF file, or a folder with config.json, safetensors and tokenizer. Files that are
// never read are left out. Only names decide here; contents are read later.
import type { ModelChoice, Packing, RefusedFile, SourceFile } from '../types.ts';
import { formatOfName } from './formatOfName.ts';

/** Optional files of a folder. */
const COMPANIONS = new Set([
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'chat_template.json',
]);

const STORED: Packing = { weights: 'stored', embedding: 'stored', head: 'stored' };

/**
 * Unquantised weights can be converted to smaller formats. First the engine's own `defaultChoices` (a test compares them:
 * importing the value would load the engine into pages that only list), then smaller ones, for devices with less memory.
 */
const PACKINGS: readonly Packing[] = [
  { weights: 'q8_0', embedding: 'q8_0', head: 'q8_0' },
  { weights: 'q4_0', embedding: 'q8_0', head: 'q8_0' },
  { weights: 'f16', embedding: 'f16', head: 'f16' },
  STORED,
];

const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);
const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
const total = (files: readonly SourceFile[]): number => files.reduce((sum, file) => sum + file.bytes, 0);

function ggufChoices(files: readonly SourceFile[], refused: RefusedFile[]): ModelChoice[] {
  const choices: ModelChoice[] = [];
  for (const file of files) {
    const { name, bytes } = file;
    if (!/\.gguf$/i.test(name)) continue;
    if (/-\d{5}-of-\d{5}\.gguf$/i.test(name)) refused.push({ name, bytes, reason: 'split-gguf' });
    else if (/mmproj|imatrix/i.test(baseOf(name))) refused.push({ name, bytes, reason: 'not-a-model' });
    else
      choices.push({
        id: name,
        container: 'gguf',
        format: formatOfName(name),
        files: [file],
        downloadBytes: bytes,
        packings: [STORED],
      });
  }
  return choices.sort((left, right) => left.downloadBytes - right.downloadBytes);
}

/** The weights of a folder: index and shards, else `model.safetensors`, else the only safetensors file. */
function weightsOf(folder: ReadonlyMap<string, SourceFile>, refused: RefusedFile[]): readonly SourceFile[] {
  const index = folder.get('model.safetensors.index.json');
  const shards = [...folder.values()].filter(({ name }) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(baseOf(name)));
  const [first] = shards;
  if (index !== undefined && first !== undefined) {
    const count = Number(baseOf(first.name).match(/-of-(\d{5})/)?.[1]);
    if (shards.length === count) return [index, ...shards];
    refused.push({ name: index.name, bytes: total(shards), reason: 'shard-missing' });
    return [];
  }
  const single = folder.get('model.safetensors');
  if (single !== undefined) return [single];
  const all = [...folder.values()].filter(({ name }) => name.endsWith('.safetensors'));
  return all.length === 1 && !baseOf(all[0]?.name ?? '').startsWith('adapter') ? all : [];
}

function folderChoices(files: readonly SourceFile[], refused: RefusedFile[]): ModelChoice[] {
  const choices: ModelChoice[] = [];
  for (const [path, inside] of Map.groupBy(files, ({ name }) => folderOf(name))) {
    const folder = new Map(inside.map((file) => [baseOf(file.name), file]));
    const config = folder.get('config.json');
    if (config === undefined) continue;
    const weights = weightsOf(folder, refused);
    if (weights.length === 0) {
      const [other] = [...folder.values()].filter(({ name }) => /\.(bin|pth?|h5|msgpack|onnx)$/.test(name));
      if (other !== undefined) refused.push({ name: other.name, bytes: other.bytes, reason: 'not-safetensors' });
      continue;
    }
    const taken = [config, ...[...folder.values()].filter(({ name }) => COMPANIONS.has(baseOf(name))), ...weights];
    choices.push({
      id: path === '' ? 'safetensors' : path,
      container: 'safetensors',
      format: formatOfName(weights.at(-1)?.name ?? ''),
      files: taken,
      downloadBytes: total(taken),
      packings: PACKINGS,
    });
  }
  return choices;
}

/**
 * Choices: GGUF files by size, then folders. `refused`: files that look like a model and cannot be used. Of files with the same
 * name, which occur only when several folders are dropped, the last one counts.
 */
export function listChoices(files: readonly SourceFile[]): {
  readonly choices: readonly ModelChoice[];
  readonly refused: readonly RefusedFile[];
} {
  const refused: RefusedFile[] = [];
  const named = [...new Map(files.map((file) => [file.name, file])).values()];
  const choices = [...ggufChoices(named, refused), ...folderChoices(named, refused)];
  return { choices, refused };
}
