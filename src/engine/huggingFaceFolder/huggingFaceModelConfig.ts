// The shape of a model from a Hugging Face `config.json`, in both spellings: `rope_theta` + `rope_scaling` (also the oldest
// `{"type": ...}`), and transformers 5's `rope_parameters`. A field that nobody here knows and that has an active value is
// refused by name: ignoring it would give wrong answers silently.
import { checkModelConfig } from '../checkModel.ts';
import type { ModelConfig, RopeScaling } from '../modelConfig.ts';
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';

type Architecture = ModelConfig['architecture'];
type Fields = ReadonlyMap<string, unknown>;

const classNames = new Map<string, Architecture>([
  ['LlamaForCausalLM', 'llama'],
  ['MistralForCausalLM', 'mistral'],
  ['Qwen2ForCausalLM', 'qwen2'],
  ['Qwen3ForCausalLM', 'qwen3'],
]);

/** Fields that say nothing about how logits are computed. */
const ignoredFields = new Set([
  'architectures',
  'model_type',
  'torch_dtype',
  'dtype',
  'transformers_version',
  '_name_or_path',
  'name_or_path',
  'use_cache',
  'initializer_range',
  'output_hidden_states',
  'output_attentions',
  'return_dict',
  'chunk_size_feed_forward',
  'is_encoder_decoder',
  'id2label',
  'label2id',
  'problem_type',
  'pad_token_id',
  'pretraining_tp',
  'attention_dropout',
  'hidden_dropout',
  'residual_dropout',
  'embd_pdrop',
  'is_llama_config',
  'max_window_layers',
  'unsloth_fixed',
  'unsloth_version',
  'transformers.js_config',
  '_attn_implementation_autoset',
  'attn_implementation',
  'is_decoder',
  'tokenizer_class',
  'task_specific_params',
  'finetuning_task',
  'license',
  'max_length',
  'do_sample',
  'temperature',
  'top_p',
  'top_k',
  'repetition_penalty',
  'use_mrope',
  'sliding_window',
  'layer_types',
]);

const isActive = (value: unknown): boolean => {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
};

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 80);

class FieldReader {
  readonly #fields: Fields;
  readonly #read = new Set<string>();
  readonly #place: string;

  constructor(value: Readonly<Record<string, unknown>>, place: string) {
    this.#fields = new Map(Object.entries(value));
    this.#place = place;
  }

  get(name: string): unknown {
    this.#read.add(name);
    return this.#fields.get(name) ?? undefined;
  }

  number(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number')
      throw modelInvalid(this.#place + name, `${this.#place}${name} is ${shown(value)}, not a number.`);
    return value;
  }

  needed(name: string): number {
    const value = this.number(name);
    if (value === undefined) throw modelInvalid(this.#place + name, `${this.#place}${name} is missing.`);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'boolean')
      throw modelInvalid(this.#place + name, `${this.#place}${name} is ${shown(value)}, neither true nor false.`);
    return value;
  }

  object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value))
      throw modelInvalid(this.#place + name, `${this.#place}${name} is ${shown(value)}, not an object.`);
    return value as Readonly<Record<string, unknown>>;
  }

  refuseUnread(): void {
    for (const [name, value] of this.#fields) {
      if (this.#read.has(name) || ignoredFields.has(name) || !isActive(value)) continue;
      throw modelUnsupported(
        this.#place + name,
        shown(value),
        `its config has the field ${this.#place}${name}, which is unknown.`,
      );
    }
  }
}

function architectureOf(config: FieldReader): Architecture {
  const names = config.get('architectures');
  const type = config.get('model_type');
  const name = Array.isArray(names) ? String(names[0]).slice(0, 80) : undefined;
  const architecture =
    name === undefined ? [...classNames.values()].find((known) => known === type) : classNames.get(name);
  if (architecture === undefined) {
    const what = name ?? (typeof type === 'string' ? type.slice(0, 80) : 'unnamed');
    throw modelUnsupported(name === undefined ? 'model_type' : 'architectures', what, `its architecture is ${what}.`);
  }
  if (type !== undefined && type !== architecture)
    throw modelInvalid('model_type', `it is a ${shown(type)} by model_type and a ${name} by architectures.`);
  return architecture;
}

/** YaRN's factor on cos and sin: given, or the quotient of the two mscales, or 0.1 ln(factor) + 1. */
function yarnAttentionFactor(rope: FieldReader, factor: number): number {
  const given = rope.number('attention_factor');
  const scale = rope.number('mscale');
  const scaleAll = rope.number('mscale_all_dim');
  const magnitude = (multiplier: number): number => (factor <= 1 ? 1 : 0.1 * multiplier * Math.log(factor) + 1);
  if (given !== undefined) return given;
  return scale && scaleAll ? magnitude(scale) / magnitude(scaleAll) : magnitude(1);
}

function ropeScaling(rope: FieldReader, contextLength: number): RopeScaling | undefined {
  const named = rope.get('rope_type');
  const oldName = rope.get('type');
  const kind = String(named ?? oldName ?? 'default').slice(0, 80);
  const original = (): number => rope.number('original_max_position_embeddings') ?? contextLength;
  switch (kind) {
    case 'default':
      return undefined;
    case 'linear':
      return { kind, factor: rope.needed('factor') };
    case 'llama3':
      return {
        kind,
        factor: rope.needed('factor'),
        lowFrequencyFactor: rope.needed('low_freq_factor'),
        highFrequencyFactor: rope.needed('high_freq_factor'),
        originalContextLength: rope.needed('original_max_position_embeddings'),
      };
    case 'yarn': {
      const factor = rope.needed('factor');
      if (rope.flag('truncate') === false)
        throw modelUnsupported('rope.truncate', false, 'YaRN without truncated bounds is not computed.');
      return {
        kind,
        factor,
        originalContextLength: original(),
        betaFast: rope.number('beta_fast') ?? 32,
        betaSlow: rope.number('beta_slow') ?? 1,
        attentionFactor: yarnAttentionFactor(rope, factor),
      };
    }
    default:
      throw modelUnsupported('rope_type', kind, `its rotary scaling is ${kind}.`);
  }
}

/** The number of keys a token sees, where the same window holds in all layers. */
function slidingWindow(config: FieldReader, architecture: Architecture, layerCount: number): number | undefined {
  const window = config.number('sliding_window');
  const used = architecture === 'mistral' || config.flag('use_sliding_window') === true;
  if (architecture === 'llama' || !used || window === undefined) return undefined;
  const types = config.get('layer_types');
  const fullLayers = config.number('max_window_layers') ?? 0;
  const kinds = Array.isArray(types)
    ? new Set(types.map(String))
    : new Set(
        Array.from({ length: layerCount }, (_, layer) =>
          architecture === 'mistral' || layer >= fullLayers ? 'sliding_attention' : 'full_attention',
        ),
      );
  const [kind] = kinds;
  if (kinds.size !== 1)
    throw modelUnsupported('layer_types', [...kinds].join(', ').slice(0, 80), 'its layers differ in attention.');
  if (kind === 'full_attention') return undefined;
  if (kind !== 'sliding_attention')
    throw modelUnsupported('layer_types', String(kind).slice(0, 80), `its attention is ${String(kind).slice(0, 80)}.`);
  return window;
}

function refuseOtherMathematics(config: FieldReader): void {
  const activation = config.get('hidden_act') ?? 'silu';
  if (activation !== 'silu' && activation !== 'swish')
    throw modelUnsupported('hidden_act', shown(activation), `its activation is ${shown(activation)}.`);
  // Each adds biases that the engine's linear layers of this family do not have.
  for (const name of ['attention_bias', 'mlp_bias', 'rope_interleaved']) {
    if (config.flag(name) === true) throw modelUnsupported(name, true, `it has ${name}.`);
  }
}

const idsOf = (value: unknown): number[] =>
  (Array.isArray(value) ? value : [value]).filter((id) => typeof id === 'number');

/**
 * The config in a `config.json` object. `hasHead`: whether the files hold `lm_head.weight`, which decides only where the
 * config does not say whether the head is tied. Throws `MODEL_UNSUPPORTED` or `MODEL_INVALID` with the field.
 */
export function huggingFaceModelConfig(json: Readonly<Record<string, unknown>>, hasHead: boolean): ModelConfig {
  const config = new FieldReader(json, '');
  const architecture = architectureOf(config);
  const hiddenSize = config.needed('hidden_size');
  const layerCount = config.needed('num_hidden_layers');
  const headCount = config.needed('num_attention_heads');
  const contextLength = config.number('max_position_embeddings') ?? 2048;
  const rope = new FieldReader(
    config.object('rope_parameters') ?? config.object('rope_scaling') ?? {},
    'rope_scaling.',
  );
  // Read both, so that neither counts as unknown.
  config.get('rope_scaling');
  const ropeTheta = rope.number('rope_theta') ?? config.number('rope_theta') ?? 10_000;
  config.get('rope_theta');
  const scaling = ropeScaling(rope, contextLength);
  const partial = rope.number('partial_rotary_factor') ?? config.number('partial_rotary_factor') ?? 1;
  if (partial !== 1)
    throw modelUnsupported('partial_rotary_factor', partial, `only ${partial} of each head is rotated.`);
  const window = slidingWindow(config, architecture, layerCount);
  refuseOtherMathematics(config);
  const [beginOfSequenceId] = idsOf(config.get('bos_token_id'));
  const result: ModelConfig = {
    architecture,
    hiddenSize,
    intermediateSize: config.needed('intermediate_size'),
    layerCount,
    headCount,
    keyValueHeadCount: config.number('num_key_value_heads') ?? headCount,
    headDimension: config.number('head_dim') ?? (architecture === 'qwen3' ? 128 : hiddenSize / headCount),
    vocabularySize: config.needed('vocab_size'),
    contextLength,
    rmsNormEpsilon: config.number('rms_norm_eps') ?? 1e-6,
    ropeTheta,
    ...(scaling === undefined ? {} : { ropeScaling: scaling }),
    ...(window === undefined ? {} : { slidingWindow: window }),
    tiedEmbedding: config.flag('tie_word_embeddings') ?? !hasHead,
    queryKeyValueBias: architecture === 'qwen2',
    queryKeyNorm: architecture === 'qwen3',
    ...(beginOfSequenceId === undefined ? {} : { beginOfSequenceId }),
    endOfSequenceIds: idsOf(config.get('eos_token_id')),
  };
  config.get('use_sliding_window');
  config.refuseUnread();
  rope.refuseUnread();
  checkModelConfig(result);
  return result;
}
