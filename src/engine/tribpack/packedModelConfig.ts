// The config in a packed file's header. The file is untrusted: each field must have its declared type, or the file is refused.
import { checkModelConfig } from '../checkModel.ts';
import type { LayerShape, ModelConfig, RopeScaling } from '../modelConfig.ts';
import { PackedFault } from './packedFault.ts';

type Check = (value: unknown) => boolean;
type Checks<Type> = { readonly [Field in keyof Required<Type>]: Check };

const number: Check = (value) => typeof value === 'number';
const flag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** Whether a value is an object with exactly these fields. */
const objectOf =
  <Type>(checks: Checks<Type>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).every((name) => Object.hasOwn(checks, name)) &&
    Object.entries<Check>(checks).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const positive: Check = (value) => typeof value === 'number' && value > 0 && Number.isFinite(value);

const ropeScaling = objectOf<RopeScaling>({
  kind: oneOf('linear', 'llama3', 'yarn', 'divisors'),
  factor: optional(positive),
  lowFrequencyFactor: optional(positive),
  highFrequencyFactor: optional(positive),
  originalContextLength: optional(positive),
  betaFast: optional(positive),
  betaSlow: optional(positive),
  attentionFactor: optional(positive),
  divisors: optional(listOf(positive)),
});

const layer = objectOf<LayerShape>({ sliding: flag, rotation: oneOf('main', 'local', 'none') });

const fields: Checks<ModelConfig & { readonly beginOfSequenceId?: number }> = {
  architecture: oneOf('llama', 'mistral', 'qwen2', 'qwen3', 'smollm3', 'gemma2', 'gemma3', 'phi3'),
  hiddenSize: number,
  intermediateSize: number,
  layerCount: number,
  headCount: number,
  keyValueHeadCount: number,
  headDimension: number,
  vocabularySize: number,
  contextLength: number,
  rmsNormEpsilon: number,
  rotaryDimension: number,
  ropeTheta: number,
  ropeScaling: optional(ropeScaling),
  localRopeTheta: optional(number),
  slidingWindow: optional(number),
  layers: listOf(layer),
  attentionScale: number,
  attentionSoftcap: optional(number),
  finalSoftcap: optional(number),
  activation: oneOf('silu', 'gelu'),
  embeddingScale: number,
  normOffset: oneOf(0, 1),
  outputNorms: flag,
  fusedProjections: flag,
  tiedEmbedding: flag,
  queryKeyValueBias: flag,
  queryKeyNorm: flag,
  // Files of earlier versions have it; the tokenizer decides how a text begins.
  beginOfSequenceId: optional(number),
  endOfSequenceIds: listOf(number),
};

/** The config, checked. Throws `PackedFault`, `MODEL_INVALID` or `MODEL_UNSUPPORTED`. */
export function packedModelConfig(value: unknown): ModelConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PackedFault('the config is no object.', 'config');
  const record = value as Record<string, unknown>;
  for (const name of Object.keys(record)) {
    if (!Object.hasOwn(fields, name))
      throw new PackedFault(`the config's field ${JSON.stringify(name.slice(0, 80))} is unknown.`, 'config');
  }
  for (const [name, check] of Object.entries(fields)) {
    if (!check(record[name]))
      throw new PackedFault(`the config's field ${name} is missing or wrong.`, `config.${name}`);
  }
  const config = value as ModelConfig;
  checkModelConfig(config);
  const { kind, divisors = [] } = config.ropeScaling ?? {};
  if (kind === 'divisors' && divisors.length !== config.rotaryDimension / 2)
    throw new PackedFault(
      `there are ${divisors.length} divisors for heads of ${config.rotaryDimension}.`,
      'config.ropeScaling',
    );
  return config;
}
