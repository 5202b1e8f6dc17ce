// The shape of a model from a Hugging Face `config.json`, in both spellings: `rope_theta` + `rope_scaling` (also the oldest,
// `{"type": ...}`), and transformers 5's `rope_parameters`. An unknown field with an active value is refused by name: ignoring
// it would silently give wrong answers.
import { checkLayerCount, checkModelConfig } from '../checkModel.ts';
import type { ModelConfig, RopeScaling } from '../modelConfig.ts';
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';
import { tokenIds } from '../tokenizer/tokenIds.ts';
import { FieldReader, shown } from './fieldReader.ts';
import { layerShapes } from './layerShapes.ts';

type Architecture = ModelConfig['architecture'];
const classNames = new Map<string, Architecture>([
  ['LlamaForCausalLM', 'llama'],
  ['MistralForCausalLM', 'mistral'],
  ['Qwen2ForCausalLM', 'qwen2'],
  ['Qwen3ForCausalLM', 'qwen3'],
  ['SmolLM3ForCausalLM', 'smollm3'],
  ['Gemma2ForCausalLM', 'gemma2'],
  ['Gemma3ForCausalLM', 'gemma3'],
  ['Phi3ForCausalLM', 'phi3'],
]);

/** `model_type`, if it is not the architecture's name. */
const modelTypes: Readonly<Partial<Record<Architecture, string>>> = { gemma3: 'gemma3_text' };

/** transformers' defaults for fields that a config omits; 10,000 and 1e-6 for all others. */
const defaultRopeTheta: Readonly<Partial<Record<Architecture, number>>> = { smollm3: 2_000_000, gemma3: 1_000_000 };
const defaultEpsilon: Readonly<Partial<Record<Architecture, number>>> = { phi3: 1e-5 };

/** Fields that do not affect the logits. */
const ignoredFields = new Set([
  // The tokenizer's files say how a text begins.
  'bos_token_id',
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
  'resid_pdrop',
  'cache_implementation',
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
  'max_sequence_length',
  'do_sample',
  'temperature',
  'top_p',
  'top_k',
  'typical_p',
  'repetition_penalty',
  'length_penalty',
  'num_beams',
  'num_beam_groups',
  'num_return_sequences',
  'use_mrope',
  'sliding_window',
  'layer_types',
  // transformers writes it beside layer_types and never reads it.
  '_sliding_window_pattern',
]);

const typeOf = (architecture: Architecture): string => modelTypes[architecture] ?? architecture;

function architectureOf(config: FieldReader): Architecture {
  const names = config.get('architectures');
  const type = config.get('model_type');
  const name = Array.isArray(names) ? String(names[0]).slice(0, 80) : undefined;
  const architecture =
    name === undefined ? [...classNames.values()].find((known) => typeOf(known) === type) : classNames.get(name);
  if (architecture === undefined) {
    const what = name ?? (typeof type === 'string' ? type.slice(0, 80) : 'unnamed');
    throw modelUnsupported(name === undefined ? 'model_type' : 'architectures', what, `its architecture is ${what}.`);
  }
  if (type !== undefined && type !== typeOf(architecture))
    throw modelInvalid('model_type', `it is a ${shown(type)} by model_type and a ${name} by architectures.`);
  return architecture;
}

/** YaRN's factor on cos and sin: explicit, or the quotient of the two mscales, or 0.1 ln(factor) + 1. */
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

/**
 * The rotation of all layers, or in Gemma 3 of the full-attention layers, since sliding layers have their own base. If a config has
 * both spellings, the older one wins, as in transformers 5; for Gemma 3 it is merged over the other.
 */
function rotationOf(
  config: FieldReader,
  architecture: Architecture,
  contextLength: number,
): Pick<ModelConfig, 'ropeTheta' | 'ropeScaling' | 'localRopeTheta'> & { readonly partial: number } {
  const older = config.object('rope_scaling') ?? {};
  const newer = config.object('rope_parameters') ?? {};
  const byType = new FieldReader(architecture === 'gemma3' ? newer : {}, 'rope_parameters.');
  const single = Object.keys(older).length > 0 ? older : newer;
  const rope = new FieldReader(
    architecture === 'gemma3' ? { ...byType.object('full_attention'), ...older } : single,
    'rope_scaling.',
  );
  const ropeTheta =
    rope.number('rope_theta') ?? config.number('rope_theta') ?? defaultRopeTheta[architecture] ?? 10_000;
  config.get('rope_theta');
  const partial = rope.number('partial_rotary_factor') ?? config.number('partial_rotary_factor') ?? 1;
  config.get('partial_rotary_factor');
  if (partial !== 1 && architecture !== 'phi3')
    throw modelUnsupported('partial_rotary_factor', partial, `only ${partial} of each head is rotated.`);
  const scaling = ropeScaling(rope, contextLength);
  // Its class treats any scaling as longrope.
  if (scaling !== undefined && architecture === 'phi3')
    throw modelUnsupported('rope_type', scaling.kind, `its rotary scaling is ${scaling.kind}.`);
  const local = architecture === 'gemma3' ? localRopeTheta(config, byType) : undefined;
  byType.refuseUnread(ignoredFields);
  rope.refuseUnread(ignoredFields);
  return {
    ropeTheta,
    partial,
    ...(scaling === undefined ? {} : { ropeScaling: scaling }),
    ...(local === undefined ? {} : { localRopeTheta: local }),
  };
}

/** Gemma 3's rotary base in sliding layers, which are never scaled. */
function localRopeTheta(config: FieldReader, byType: FieldReader): number {
  const old = config.number('rope_local_base_freq') ?? 10_000;
  const rope = new FieldReader(byType.object('sliding_attention') ?? {}, 'rope_parameters.sliding_attention.');
  const kind = rope.get('rope_type') ?? 'default';
  if (kind !== 'default')
    throw modelUnsupported('rope_type', shown(kind), `its sliding layers have the rotary scaling ${shown(kind)}.`);
  const theta = rope.number('rope_theta') ?? old;
  rope.refuseUnread(ignoredFields);
  return theta;
}

/** Gemma 2 has its caps even if its config does not mention them, unless they are null. Gemma 3's attention has none. */
function softcapsOf(
  config: FieldReader,
  architecture: Architecture,
): Pick<ModelConfig, 'attentionSoftcap' | 'finalSoftcap'> {
  const isSecond = architecture === 'gemma2';
  const attentionSoftcap = isSecond ? config.nullable('attn_logit_softcapping', 50) : undefined;
  const finalSoftcap = config.nullable('final_logit_softcapping', isSecond ? 30 : undefined);
  return {
    ...(attentionSoftcap === undefined ? {} : { attentionSoftcap }),
    ...(finalSoftcap === undefined ? {} : { finalSoftcap }),
  };
}

const silu = new Set<unknown>(['silu', 'swish']);

function activationOf(config: FieldReader, isGemma: boolean): ModelConfig['activation'] {
  const activation = isGemma ? config.get('hidden_activation') : config.get('hidden_act');
  // Gemma's class ignores the older field.
  config.get('hidden_act');
  if (isGemma ? (activation ?? 'gelu_pytorch_tanh') === 'gelu_pytorch_tanh' : silu.has(activation ?? 'silu'))
    return isGemma ? 'gelu' : 'silu';
  const field = isGemma ? 'hidden_activation' : 'hidden_act';
  throw modelUnsupported(field, shown(activation), `its activation is ${shown(activation)}.`);
}

function refuseOtherMathematics(config: FieldReader, architecture: Architecture): void {
  // Biases that the engine does not support for this family, another rotation, another mask.
  for (const name of ['attention_bias', 'mlp_bias', 'rope_interleaved', 'use_bidirectional_attention']) {
    if (config.flag(name) === true) throw modelUnsupported(name, true, `it has ${name}.`);
  }
  // Phi-3's repositories contain a class that transformers has since adopted under the same name.
  const code = architecture === 'phi3' ? Object.values(config.object('auto_map') ?? {}) : [];
  const other = code.find(
    (name) => !/^configuration_phi3\.Phi3Config$|^modeling_phi3\.Phi3ForCausalLM$/.test(String(name)),
  );
  if (other !== undefined)
    throw modelUnsupported('auto_map', shown(other), `it needs code of its own, ${shown(other)}.`);
}

/**
 * The config in a `config.json` object. `hasHead`: whether the files contain `lm_head.weight`, which matters only if the config does
 * not say whether the head is tied. Throws `MODEL_UNSUPPORTED` or `MODEL_INVALID` with the field.
 */
export function huggingFaceModelConfig(json: Readonly<Record<string, unknown>>, hasHead: boolean): ModelConfig {
  const config = new FieldReader(json, '');
  const architecture = architectureOf(config);
  const hiddenSize = config.needed('hidden_size');
  const layerCount = config.needed('num_hidden_layers');
  const headCount = config.needed('num_attention_heads');
  const contextLength = config.number('max_position_embeddings') ?? 2048;
  checkLayerCount(layerCount);
  const isGemma = architecture === 'gemma2' || architecture === 'gemma3';
  const { partial, ...rotation } = rotationOf(config, architecture, contextLength);
  // For these classes the library's defaults are the sizes of one model: a config that omits them is incomplete.
  const explicit = isGemma || architecture === 'smollm3';
  const headDimension = isGemma
    ? config.needed('head_dim')
    : (config.number('head_dim') ?? (architecture === 'qwen3' ? 128 : hiddenSize / headCount));
  refuseOtherMathematics(config, architecture);
  // Meaningless without longrope, which is refused.
  if (architecture === 'phi3') config.get('original_max_position_embeddings');
  const vocabularySize = config.needed('vocab_size');
  const result: ModelConfig = {
    architecture,
    hiddenSize,
    intermediateSize: config.needed('intermediate_size'),
    layerCount,
    headCount,
    keyValueHeadCount: explicit
      ? config.needed('num_key_value_heads')
      : (config.number('num_key_value_heads') ?? headCount),
    headDimension,
    vocabularySize,
    contextLength,
    rmsNormEpsilon: config.number('rms_norm_eps') ?? defaultEpsilon[architecture] ?? 1e-6,
    rotaryDimension: Math.trunc(headDimension * partial),
    ...rotation,
    ...layerShapes(config, architecture, layerCount),
    attentionScale: (isGemma ? (config.number('query_pre_attn_scalar') ?? 256) : headDimension) ** -0.5,
    ...(isGemma ? softcapsOf(config, architecture) : {}),
    activation: activationOf(config, isGemma),
    embeddingScale: isGemma ? Math.sqrt(hiddenSize) : 1,
    normOffset: isGemma ? 1 : 0,
    outputNorms: isGemma,
    fusedProjections: architecture === 'phi3',
    tiedEmbedding: config.flag('tie_word_embeddings') ?? !hasHead,
    queryKeyValueBias: architecture === 'qwen2',
    queryKeyNorm: architecture === 'qwen3' || architecture === 'gemma3',
    endOfSequenceIds: tokenIds('eos_token_id', config.get('eos_token_id'), vocabularySize),
  };
  config.get('use_sliding_window');
  config.refuseUnread(ignoredFields);
  checkModelConfig(result);
  return result;
}
