// A GGUF file as a `ModelFile`: Hugging Face names, Hugging Face row order, config and tokenizer from the header. Tensors
// are read one at a time, as ranges of the Blob.
import type { BlobLike } from '../../lib/blobLike.ts';
import { TributaryError } from '../../lib/errors.ts';
import { checkModelTensors } from '../checkModel.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';
import type { ModelFile, StoredTensor } from '../modelFile.ts';
import { splitFusedTensors } from '../splitFusedTensors.ts';
import { ggufModelConfig } from './ggufModelConfig.ts';
import { ggufTensorName } from './ggufTensorName.ts';
import { ggufTokenizer } from './ggufTokenizer.ts';
import { type GgufHeader, type GgufTensorInfo, readGgufHeader } from './readGgufHeader.ts';
import { unpermuteRows } from './unpermuteRows.ts';

/** For these, llama.cpp rotates pairs of neighbours; for all others, half-split pairs, as Hugging Face does. */
const permutedArchitectures = new Set<ModelConfig['architecture']>(['llama', 'smollm3']);

const ROPE_DIVISORS = 'rope_freqs.weight';

/** Keys that name the model itself, not what it was tuned from. */
const NAME_KEYS = [
  'general.name',
  'general.repo_url',
  'general.source.repo_url',
  'general.source.huggingface.repository',
];

async function readRange(
  blob: BlobLike,
  file: string,
  { name, begin, end }: Pick<GgufTensorInfo, 'name' | 'begin' | 'end'>,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  signal?.throwIfAborted();
  const bytes = new Uint8Array(await blob.slice(begin, end).arrayBuffer());
  if (bytes.byteLength === end - begin) return bytes;
  throw new TributaryError({
    code: 'GGUF_TRUNCATED',
    message: `The GGUF file became shorter while tensor ${name} was read.`,
    facts: { file, offset: begin },
    hint: 'Download the file again.',
  });
}

async function readDivisors(blob: BlobLike, file: string, header: GgufHeader): Promise<readonly number[] | undefined> {
  const info = header.tensors.get(ROPE_DIVISORS);
  if (info === undefined) return undefined;
  if (info.type.format !== 'f32') throw modelUnsupported(ROPE_DIVISORS, info.type.name, `${ROPE_DIVISORS} is not F32.`);
  return [...new Float32Array((await readRange(blob, file, info)).buffer)];
}

function storedTensor(blob: BlobLike, file: string, info: GgufTensorInfo, config: ModelConfig): StoredTensor {
  const { format } = info.type;
  if (format === undefined)
    throw modelUnsupported('tensor type', info.type.name, `its tensor ${info.name} is stored as ${info.type.name}.`);
  const name = ggufTensorName(info.name, config);
  const permuted = permutedArchitectures.has(config.architecture) && /\.self_attn\.[qk]_proj\.weight$/.test(name);
  const [rows = 1] = info.shape;
  const rowBytes = (info.end - info.begin) / rows;
  const readRows: StoredTensor['readRows'] = async (first, count, signal) => {
    // Rows are permuted within their head, so whole heads are read.
    const head = permuted ? config.headDimension : 1;
    const from = Math.floor(first / head) * head;
    const to = Math.min(rows, Math.ceil((first + count) / head) * head);
    const range = { name: info.name, begin: info.begin + from * rowBytes, end: info.begin + to * rowBytes };
    const bytes = await readRange(blob, file, range, signal);
    if (!permuted) return bytes;
    const moved = unpermuteRows(bytes, rowBytes, head);
    return count === to - from ? moved : moved.slice((first - from) * rowBytes, (first - from + count) * rowBytes);
  };
  const read = (signal?: AbortSignal) => (permuted ? readRows(0, rows, signal) : readRange(blob, file, info, signal));
  return { name, format, shape: info.shape, read, readRows };
}

/**
 * Opens a GGUF file (version 2 or 3; architectures llama, which Mistral files also use, qwen2, qwen3, smollm3, gemma2, gemma3,
 * phi3). Of the tensors it reads only `rope_freqs.weight`. Throws `GGUF_*` for a broken file, `MODEL_*` for a model that is not
 * supported.
 */
export async function openGguf(parameters: { readonly name: string; readonly blob: BlobLike }): Promise<ModelFile> {
  const { name: file, blob } = parameters;
  const header = await readGgufHeader(parameters);
  const type = header.metadata.get('general.type')?.value ?? 'model';
  if (type !== 'model')
    throw modelUnsupported(
      'general.type',
      String(type).slice(0, 80),
      `the file holds no model but: ${String(type).slice(0, 80)}.`,
    );
  const parts = Number(header.metadata.get('split.count')?.value ?? 0);
  if (parts > 1) throw modelUnsupported('split.count', parts, `it is split over ${parts} GGUF files.`);
  const divisors = await readDivisors(blob, file, header);
  const config = ggufModelConfig(header, divisors);
  if (divisors !== undefined && divisors.length !== config.rotaryDimension / 2) {
    throw modelInvalid(
      ROPE_DIVISORS,
      `${ROPE_DIVISORS} has ${divisors.length} values for heads of ${config.rotaryDimension}.`,
    );
  }
  const stored = [...header.tensors.values()].filter(({ name }) => name !== ROPE_DIVISORS);
  const tensors = splitFusedTensors(
    config,
    stored.map((info) => storedTensor(blob, file, info, config)),
  );
  checkModelTensors(config, tensors);
  return {
    container: 'gguf',
    config,
    tensors,
    ...ggufTokenizer(header),
    names: NAME_KEYS.map((key) => header.metadata.get(key)?.value).filter((name) => typeof name === 'string'),
    byteLength: blob.size,
    sources: [{ name: file, byteLength: blob.size }],
  };
}
