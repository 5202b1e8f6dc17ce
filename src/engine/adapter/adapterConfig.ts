// PEFT's `adapter_config.json`: which modules are adapted, with which rank and scale. Anything but plain LoRA on linear layers is
// refused by the name of its field; so is an unknown field with an active value.
import { type LinearModule, linearModules } from '../model/decoderWeights.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { adapterInvalid, adapterUnsupported } from './adapterErrors.ts';
import { modulePattern } from './modulePattern.ts';

export interface TargetModule {
  /** For example `model.layers.0.self_attn.q_proj`. */
  readonly name: string;
  readonly layer: number;
  /** The engine's modules: one, or the parts of a fused one in the order of its outputs. */
  readonly parts: readonly LinearModule[];
  readonly rank: number;
  readonly scale: number;
}

type Config = Readonly<Record<string, unknown>>;

/** Fields that do not change the output of a saved adapter. */
const ignoredFields = new Set([
  'peft_type',
  'task_type',
  'peft_version',
  'base_model_name_or_path',
  'revision',
  'inference_mode',
  'auto_mapping',
  'lora_dropout',
  'megatron_core',
  'qalora_group_size',
  'layers_pattern',
  'ensure_weight_tying',
  'runtime_config',
  'eva_config',
  'loftq_config',
  'corda_config',
  'lora_ga_config',
]);
const readFields = new Set([
  'r',
  'lora_alpha',
  'rank_pattern',
  'alpha_pattern',
  'use_rslora',
  'target_modules',
  'exclude_modules',
  'layers_to_transform',
  'bias',
  'init_lora_weights',
]);
/** Initialisations that also change the base weights: such an adapter fits only the changed base. */
const baseChangingInit = /^(pissa|olora|corda|loftq|lora_ga)/;

const isActive = (value: unknown): boolean => {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
};

const shown = (value: unknown): string =>
  (JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? 'undefined').slice(
    0,
    200,
  );

function refuseOtherKinds(config: Config): void {
  const type = config['peft_type'];
  if (type !== 'LORA') throw adapterUnsupported('peft_type', shown(type), `its peft_type is ${shown(type)}, not LORA.`);
  const bias = config['bias'] ?? 'none';
  if (bias !== 'none') throw adapterUnsupported('bias', shown(bias), `it trains biases (bias: ${shown(bias)}).`);
  const init = config['init_lora_weights'];
  if (typeof init === 'string' && baseChangingInit.test(init)) {
    throw adapterUnsupported(
      'init_lora_weights',
      init.slice(0, 80),
      `its initialisation ${init.slice(0, 80)} changes the base model.`,
    );
  }
  for (const [field, value] of Object.entries(config)) {
    if (ignoredFields.has(field) || readFields.has(field) || !isActive(value)) continue;
    throw adapterUnsupported(field.slice(0, 80), shown(value), `it uses ${field.slice(0, 80)}: ${shown(value)}.`);
  }
}

/** A number by module name: the first pattern that matches `^(.*\.)?(key)$`, else the default. */
function patternNumbers(config: Config, field: string, fallback: unknown, least: number): (name: string) => number {
  const number = (value: unknown): number => {
    if (typeof value !== 'number' || !Number.isFinite(Math.fround(value)) || value < least)
      throw adapterInvalid(field, `its ${field} has the value ${shown(value)}.`);
    return value;
  };
  const patterns = config[field] ?? {};
  if (typeof patterns !== 'object' || Array.isArray(patterns))
    throw adapterInvalid(field, `its ${field} is not an object.`);
  const rules = Object.entries(patterns as object).map(([key, value]) => ({
    matches: modulePattern(`(?:.*\\.)?(?:${key})`, field),
    value: number(value),
  }));
  return (name) => rules.find(({ matches }) => matches(name))?.value ?? number(fallback);
}

/** A test of module names for `target_modules` or `exclude_modules`: a full-match pattern, or a list of suffixes. */
function nameTest(value: unknown, field: string): (name: string) => boolean {
  if (value === 'all-linear') return (name) => name.startsWith('model.layers.');
  if (typeof value === 'string') return modulePattern(value, field);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return (name) => value.some((suffix: string) => name === suffix || name.endsWith(`.${suffix}`));
  }
  throw adapterInvalid(field, `its ${field} is ${shown(value)}, neither a pattern nor a list of names.`);
}

function layerTest(config: Config): (layer: number) => boolean {
  const value = config['layers_to_transform'] ?? null;
  if (value === null) return () => true;
  const layers: unknown[] = Array.isArray(value) ? value : [value];
  const pattern = [config['layers_pattern'] ?? 'layers'].flat();
  if (layers.some((layer) => !Number.isSafeInteger(layer)) || !pattern.includes('layers')) {
    throw adapterInvalid(
      'layers_to_transform',
      `its layers_to_transform is ${shown(value)} with the pattern ${shown(config['layers_pattern'])}.`,
    );
  }
  return (layer) => layers.includes(layer);
}

/** Modules of a layer by their path within it, as the model's own code names them, in the order q k v o gate up down. */
function layerModules(model: ModelConfig): ReadonlyMap<string, readonly LinearModule[]> {
  const fused: readonly (readonly [string, readonly LinearModule[]])[] = [
    ['qkv_proj', ['q_proj', 'k_proj', 'v_proj']],
    ['o_proj', ['o_proj']],
    ['gate_up_proj', ['gate_proj', 'up_proj']],
    ['down_proj', ['down_proj']],
  ];
  const named = model.fusedProjections ? fused : linearModules.map((module) => [module, [module]] as const);
  return new Map(
    named.map(([name, parts]) => [`${/^(gate|up|down)_/.test(name) ? 'mlp' : 'self_attn'}.${name}`, parts]),
  );
}

/**
 * The modules that a config adapts in a model, layer by layer, in the order q k v o gate up down; scale is alpha / rank, or
 * alpha / sqrt(rank) for rsLoRA. Throws `ADAPTER_UNSUPPORTED` or `ADAPTER_INVALID` with the field.
 */
export function adapterTargets(config: Config, model: ModelConfig): TargetModule[] {
  refuseOtherKinds(config);
  const isTarget = nameTest(config['target_modules'], 'target_modules');
  const isExcluded = isActive(config['exclude_modules'])
    ? nameTest(config['exclude_modules'], 'exclude_modules')
    : () => false;
  for (const name of ['model.embed_tokens', 'lm_head']) {
    if (isTarget(name) && !isExcluded(name)) throw adapterUnsupported('target_modules', name, `it adapts ${name}.`);
  }
  const isLayer = layerTest(config);
  const rankOf = patternNumbers(config, 'rank_pattern', config['r'] ?? 8, 1);
  const alphaOf = patternNumbers(config, 'alpha_pattern', config['lora_alpha'] ?? 8, 0);
  const modules = layerModules(model);
  const targets: TargetModule[] = [];
  for (let layer = 0; layer < model.layerCount; layer += 1) {
    for (const [path, parts] of modules) {
      const name = `model.layers.${layer}.${path}`;
      if (!isLayer(layer) || !isTarget(name) || isExcluded(name)) continue;
      const rank = rankOf(name);
      if (!Number.isSafeInteger(rank)) throw adapterInvalid('r', `the rank of ${name} is ${rank}.`);
      targets.push({
        name,
        layer,
        parts,
        rank,
        scale: alphaOf(name) / (config['use_rslora'] === true ? Math.sqrt(rank) : rank),
      });
    }
  }
  if (targets.length === 0) throw adapterInvalid('target_modules', 'it adapts no linear layer of this model.');
  return targets;
}
