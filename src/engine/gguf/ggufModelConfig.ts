// The shape of a model from the key-values of a GGUF header. Supported keys of the architecture are read; any other key of it
// with an active value is refused by name, since ignoring it would silently give wrong answers.
import { checkLayerCount, checkModelConfig } from '../checkModel.ts';
import type { LayerShape, ModelConfig, RopeScaling } from '../modelConfig.ts';
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';
import { ggufTokenIds } from './ggufTokenIds.ts';
import type { GgufHeader, GgufValue } from './readGgufHeader.ts';

type Architecture = ModelConfig['architecture'];

const architectures: ReadonlySet<string> = new Set<Architecture>([
  'llama',
  'qwen2',
  'qwen3',
  'smollm3',
  'gemma2',
  'gemma3',
  'phi3',
]);

/** Keys that repeat others, or that matter only to training or to other programs. */
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
    if (entry === undefined || entry.type === 'string') return entry?.value;
    throw modelInvalid(`${this.architecture}.${key}`, `${this.architecture}.${key} is no string.`);
  }

  /** Refuses the first active key of the architecture that was not read. */
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
  // llama.cpp treats 0 as 1.
  const factor = (metadata.number('rope.scaling.factor') ?? metadata.number('rope.scale_linear')) || 1;
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
    // llama.cpp multiplies an explicit factor by YaRN's own.
    const scale = (attentionFactor ?? 1) * (factor > 1 ? 0.1 * Math.log(factor) + 1 : 1);
    return { kind, factor, originalContextLength, betaFast, betaSlow, attentionFactor: scale };
  }
  throw modelUnsupported('rope.scaling.type', kind.slice(0, 80), `its rotary scaling is ${kind.slice(0, 80)}.`);
}

/**
 * The layers and their window. llama.cpp hard-codes most of this by architecture: in Gemma the last of every two or six layers is
 * not windowed (a newer key may override this), and in SmolLM3 the last of every four does not rotate.
 */
function layerShapes(metadata: Metadata, layerCount: number): Pick<ModelConfig, 'layers' | 'slidingWindow'> {
  const { architecture } = metadata;
  const shapes = (shape: (layer: number) => LayerShape): LayerShape[] =>
    Array.from({ length: layerCount }, (_, layer) => shape(layer));
  if (architecture === 'gemma2' || architecture === 'gemma3') {
    const usual = architecture === 'gemma2' ? 2 : 6;
    const window =
      architecture === 'gemma2'
        ? (metadata.number('attention.sliding_window') ?? 4096)
        : metadata.needed('attention.sliding_window');
    const pattern = metadata.get('attention.sliding_window_pattern')?.value;
    const list = typeof pattern === 'object' ? pattern : undefined;
    if (list !== undefined && list.length !== layerCount)
      throw modelInvalid('attention.sliding_window_pattern', `its pattern has ${list.length} layers.`);
    const period = list === undefined ? (metadata.number('attention.sliding_window_pattern') ?? usual) : usual;
    const slides = (layer: number): boolean => (list === undefined ? (layer + 1) % period !== 0 : Boolean(list[layer]));
    return {
      slidingWindow: window,
      layers: shapes((layer) => {
        const sliding = slides(layer);
        return { sliding, rotation: sliding && architecture === 'gemma3' ? 'local' : 'main' };
      }),
    };
  }
  const window =
    architecture === 'llama' || architecture === 'phi3' ? (metadata.number('attention.sliding_window') ?? 0) : 0;
  const sliding = window > 0;
  return {
    ...(sliding ? { slidingWindow: window } : {}),
    layers: shapes((layer) => ({
      sliding,
      rotation: architecture === 'smollm3' && (layer + 1) % 4 === 0 ? 'none' : 'main',
    })),
  };
}

/** Gemma's differences. These keys are read for no other architecture, so that they are refused there. */
function gemmaFields(
  metadata: Metadata,
  { hiddenSize, headCount, layerCount }: Pick<ModelConfig, 'hiddenSize' | 'headCount' | 'layerCount'>,
): Partial<ModelConfig> {
  const isSecond = metadata.architecture === 'gemma2';
  if (!isSecond && metadata.architecture !== 'gemma3') return {};
  const attentionSoftcap = isSecond ? (metadata.number('attn_logit_softcapping') ?? 50) : 0;
  const finalSoftcap = metadata.number('final_logit_softcapping') ?? (isSecond ? 30 : 0);
  // The header lacks `query_pre_attn_scalar`: llama.cpp recognises the one size, 27B, whose scale does not follow from its heads.
  const isLargest = layerCount === (isSecond ? 46 : 62);
  return {
    ...(attentionSoftcap === 0 ? {} : { attentionSoftcap }),
    ...(finalSoftcap === 0 ? {} : { finalSoftcap }),
    ...(isLargest ? { attentionScale: (hiddenSize / headCount) ** -0.5 } : {}),
    ...(isSecond ? {} : { localRopeTheta: metadata.number('rope.freq_base_swa') ?? 10_000 }),
    activation: 'gelu',
    embeddingScale: Math.sqrt(hiddenSize),
    outputNorms: true,
  };
}

/**
 * The config in a GGUF header. `divisors`: values of the tensor `rope_freqs.weight`, if the file has it (the only place of
 * Llama 3's scaling). Throws `MODEL_UNSUPPORTED` or `MODEL_INVALID` with the key.
 */
export function ggufModelConfig(header: GgufHeader, divisors?: readonly number[]): ModelConfig {
  const metadata = new Metadata(header);
  const { architecture } = metadata;
  const embedding = header.tensors.get('token_embd.weight');
  if (embedding === undefined) throw modelInvalid('token_embd.weight', 'the tensor token_embd.weight is missing.');
  const hiddenSize = metadata.needed('embedding_length');
  const headCount = metadata.needed('attention.head_count');
  const headDimension = metadata.number('attention.key_length') ?? hiddenSize / headCount;
  const valueDimension = metadata.number('attention.value_length') ?? headDimension;
  const rotaryDimension = metadata.number('rope.dimension_count') ?? headDimension;
  const others = {
    'attention.value_length': valueDimension,
    ...(architecture === 'phi3' ? {} : { 'rope.dimension_count': rotaryDimension }),
  };
  for (const [key, value] of Object.entries(others)) {
    if (value !== headDimension)
      throw modelUnsupported(key, value, `${key} is ${value}, and its heads have ${headDimension}.`);
  }
  for (const name of ['rope_factors_long.weight', 'rope_factors_short.weight']) {
    if (header.tensors.has(name)) throw modelUnsupported(name, 'longrope', `its rotary scaling is longrope (${name}).`);
  }
  const layerCount = metadata.needed('block_count');
  checkLayerCount(layerCount);
  const vocabularySize = metadata.number('vocab_size') ?? embedding.shape[0] ?? 0;
  const scaling = ropeScaling(metadata, divisors);
  const config: ModelConfig = {
    architecture,
    hiddenSize,
    intermediateSize: metadata.needed('feed_forward_length'),
    layerCount,
    headCount,
    keyValueHeadCount: metadata.number('attention.head_count_kv') ?? headCount,
    headDimension,
    vocabularySize,
    contextLength: metadata.needed('context_length'),
    rmsNormEpsilon: metadata.needed('attention.layer_norm_rms_epsilon'),
    ropeTheta: metadata.number('rope.freq_base') ?? 10_000,
    ...(scaling === undefined ? {} : { ropeScaling: scaling }),
    rotaryDimension,
    ...layerShapes(metadata, layerCount),
    attentionScale: headDimension ** -0.5,
    activation: 'silu',
    embeddingScale: 1,
    // The converter has already added the offset that Hugging Face's files lack.
    normOffset: 0,
    outputNorms: false,
    fusedProjections: architecture === 'phi3',
    ...gemmaFields(metadata, { hiddenSize, headCount, layerCount }),
    tiedEmbedding: !header.tensors.has('output.weight'),
    queryKeyValueBias: architecture === 'qwen2',
    queryKeyNorm: architecture === 'qwen3' || architecture === 'gemma3',
    endOfSequenceIds: [...new Set(['eos', 'eot', 'eom'].flatMap((role) => ggufTokenIds(header, role)))],
  };
  metadata.refuseUnread();
  checkModelConfig(config);
  return config;
}
