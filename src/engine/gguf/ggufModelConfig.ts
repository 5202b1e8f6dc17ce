// The shape of a model from a GGUF header's key-values. Keys of the architecture that mean something here are read; any
// other key of it with an active value is refused by name, since ignoring it would give wrong answers silently.
import { checkModelConfig } from '../checkModel.ts';
import type { ModelConfig, RopeScaling } from '../modelConfig.ts';
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';
import type { GgufHeader, GgufValue } from './readGgufHeader.ts';

type Architecture = ModelConfig['architecture'];

const architectures: ReadonlySet<string> = new Set<Architecture>(['llama', 'qwen2', 'qwen3']);

/** Keys that repeat what others say, or that matter to training or to other programs only. */
const ignoredKeys = new Set(['rope.scaling.finetuned', 'rope.scaling.yarn_log_multiplier', 'attention.causal']);

class Metadata {
  readonly #header: GgufHeader;
  readonly #read = new Set<string>();
  readonly architecture: Architecture;

  constructor(header: GgufHeader) {
    this.#header = header;
    const entry = header.metadata.get('general.architecture');
    if (entry === undefined) throw modelInvalid('general.architecture', 'its architecture is missing.');
    if (entry.type !== 'string')
      throw modelInvalid('general.architecture', `its architecture is of type ${entry.type}, not a string.`);
    if (!architectures.has(entry.value)) {
      throw modelUnsupported(
        'general.architecture',
        entry.value.slice(0, 80),
        `its architecture is ${entry.value.slice(0, 80)}.`,
      );
    }
    this.architecture = entry.value as Architecture;
  }

  get(key: string): GgufValue | undefined {
    this.#read.add(`${this.architecture}.${key}`);
    return this.#header.metadata.get(`${this.architecture}.${key}`);
  }

  number(key: string): number | undefined {
    const entry = this.get(key);
    if (entry === undefined) return undefined;
    if (typeof entry.value === 'number') return entry.value;
    if (typeof entry.value === 'bigint') return Number(entry.value);
    throw modelInvalid(`${this.architecture}.${key}`, `${this.architecture}.${key} is no number.`);
  }

  needed(key: string): number {
    const value = this.number(key);
    if (value === undefined)
      throw modelInvalid(`${this.architecture}.${key}`, `${this.architecture}.${key} is missing.`);
    return value;
  }

  text(key: string): string | undefined {
    const entry = this.get(key);
    return entry?.type === 'string' ? entry.value : undefined;
  }

  /** Refuses the first active key of the architecture that nothing asked for. */
  refuseUnread(): void {
    for (const [key, { value }] of this.#header.metadata) {
      const own =
        key.startsWith(`${this.architecture}.`) &&
        !this.#read.has(key) &&
        !ignoredKeys.has(key.slice(this.architecture.length + 1));
      const active = typeof value === 'object' ? value.length > 0 : value !== '' && Boolean(value);
      if (own && active)
        throw modelUnsupported(
          key,
          typeof value === 'object' ? 'an array' : String(value).slice(0, 80),
          `its field ${key} is unknown.`,
        );
    }
  }
}

function ropeScaling(metadata: Metadata, divisors: readonly number[] | undefined): RopeScaling | undefined {
  const kind = metadata.text('rope.scaling.type') ?? 'none';
  const factor = metadata.number('rope.scaling.factor') ?? metadata.number('rope.scale_linear') ?? 1;
  const originalContextLength = metadata.number('rope.scaling.original_context_length');
  const attentionFactor = metadata.number('rope.scaling.attn_factor');
  const betaFast = metadata.number('rope.scaling.yarn_beta_fast') ?? 32;
  const betaSlow = metadata.number('rope.scaling.yarn_beta_slow') ?? 1;
  if (divisors !== undefined) {
    if (factor !== 1)
      throw modelUnsupported('rope.scaling.factor', factor, 'it has both rope_freqs and a scaling factor.');
    return { kind: 'divisors', divisors };
  }
  if (kind === 'none' || (kind === 'linear' && factor === 1)) return undefined;
  if (kind === 'linear') return { kind, factor };
  if (kind === 'yarn' && originalContextLength !== undefined) {
    // llama.cpp multiplies a given factor by YaRN's own.
    const scale = (attentionFactor ?? 1) * (factor > 1 ? 0.1 * Math.log(factor) + 1 : 1);
    return { kind, factor, originalContextLength, betaFast, betaSlow, attentionFactor: scale };
  }
  throw modelUnsupported('rope.scaling.type', kind.slice(0, 80), `its rotary scaling is ${kind.slice(0, 80)}.`);
}

/** Ids that end an answer: end of sequence, of turn, of message. */
function endIds(header: GgufHeader): number[] {
  const ids = ['eos', 'eot', 'eom'].map((name) => header.metadata.get(`tokenizer.ggml.${name}_token_id`)?.value);
  return [...new Set(ids.filter((id) => typeof id === 'number'))];
}

/**
 * The config in a GGUF header. `divisors`: values of the tensor `rope_freqs.weight`, where the file has it (Llama 3's
 * scaling is nowhere else). Throws `MODEL_UNSUPPORTED` or `MODEL_INVALID` with the key.
 */
export function ggufModelConfig(header: GgufHeader, divisors?: readonly number[]): ModelConfig {
  const metadata = new Metadata(header);
  const { architecture } = metadata;
  const embedding = header.tensors.get('token_embd.weight');
  if (embedding === undefined) throw modelInvalid('token_embd.weight', 'the tensor token_embd.weight is missing.');
  const hiddenSize = metadata.needed('embedding_length');
  const headCount = metadata.needed('attention.head_count');
  const headDimension = metadata.number('attention.key_length') ?? hiddenSize / headCount;
  for (const key of ['attention.value_length', 'rope.dimension_count']) {
    const value = metadata.number(key) ?? headDimension;
    if (value !== headDimension)
      throw modelUnsupported(key, value, `${key} is ${value}, and its heads have ${headDimension}.`);
  }
  const vocabularySize = metadata.number('vocab_size') ?? embedding.shape[0] ?? 0;
  const slidingWindow = architecture === 'llama' ? metadata.number('attention.sliding_window') : undefined;
  const scaling = ropeScaling(metadata, divisors);
  const begin = header.metadata.get('tokenizer.ggml.bos_token_id')?.value;
  const config: ModelConfig = {
    architecture,
    hiddenSize,
    intermediateSize: metadata.needed('feed_forward_length'),
    layerCount: metadata.needed('block_count'),
    headCount,
    keyValueHeadCount: metadata.number('attention.head_count_kv') ?? headCount,
    headDimension,
    vocabularySize,
    contextLength: metadata.needed('context_length'),
    rmsNormEpsilon: metadata.needed('attention.layer_norm_rms_epsilon'),
    ropeTheta: metadata.number('rope.freq_base') ?? 10_000,
    ...(scaling === undefined ? {} : { ropeScaling: scaling }),
    ...(slidingWindow === undefined || slidingWindow === 0 ? {} : { slidingWindow }),
    tiedEmbedding: !header.tensors.has('output.weight'),
    queryKeyValueBias: architecture === 'qwen2',
    queryKeyNorm: architecture === 'qwen3',
    ...(typeof begin === 'number' ? { beginOfSequenceId: begin } : {}),
    endOfSequenceIds: endIds(header),
  };
  metadata.refuseUnread();
  checkModelConfig(config);
  return config;
}
