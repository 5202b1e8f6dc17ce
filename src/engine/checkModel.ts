// Checks that a config is consistent, and that the tensors of a file are exactly those that the config needs. Runs before any
// tensor is read, so that a model is refused as a whole and by name.
import type { ModelConfig, RopeScaling } from './modelConfig.ts';
import { modelInvalid, modelUnsupported } from './modelErrors.ts';
import type { StoredTensor } from './modelFile.ts';

const largest = 1 << 24;
/** Bounds everything sized by this number alone: the lists of layers and of expected tensors. */
const MAX_LAYERS = 1024;

/** Throws `MODEL_INVALID` for an implausible number of layers. */
export function checkLayerCount(layerCount: number): void {
  if (!Number.isSafeInteger(layerCount) || layerCount < 1 || layerCount > MAX_LAYERS)
    throw modelInvalid('layerCount', `layerCount is ${layerCount}.`, { value: layerCount });
}

function checkRopeScaling({ kind, divisors = [], ...numbers }: RopeScaling): void {
  const named = [...Object.entries(numbers), ...divisors.map((divisor): [string, number] => ['divisors', divisor])];
  for (const [name, value] of named) {
    if (!(value > 0 && Number.isFinite(value)))
      throw modelInvalid(`ropeScaling.${name}`, `${name} of its rotary scaling (${kind}) is ${value}.`, { value });
  }
  const { lowFrequencyFactor = 1, highFrequencyFactor = 4 } = numbers;
  if (lowFrequencyFactor >= highFrequencyFactor) {
    throw modelInvalid(
      'ropeScaling.highFrequencyFactor',
      `its rotary scaling blends from ${lowFrequencyFactor} to ${highFrequencyFactor}.`,
    );
  }
}

/** Throws `MODEL_INVALID` or `MODEL_UNSUPPORTED` for an impossible shape. */
export function checkModelConfig(config: ModelConfig): void {
  checkLayerCount(config.layerCount);
  const sizes = {
    hiddenSize: config.hiddenSize,
    intermediateSize: config.intermediateSize,
    headCount: config.headCount,
    keyValueHeadCount: config.keyValueHeadCount,
    headDimension: config.headDimension,
    vocabularySize: config.vocabularySize,
    contextLength: config.contextLength,
    rotaryDimension: config.rotaryDimension,
    ...(config.slidingWindow === undefined ? {} : { slidingWindow: config.slidingWindow }),
  };
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1 || size > largest)
      throw modelInvalid(name, `${name} is ${size}.`, { value: size });
  }
  if (config.headCount % config.keyValueHeadCount !== 0) {
    throw modelInvalid(
      'keyValueHeadCount',
      `${config.headCount} heads cannot share ${config.keyValueHeadCount} key-value heads evenly.`,
    );
  }
  if (config.rotaryDimension % 2 !== 0)
    throw modelUnsupported('rotaryDimension', config.rotaryDimension, 'rotary embedding needs an even head size.');
  if (config.rotaryDimension > config.headDimension) {
    throw modelInvalid(
      'rotaryDimension',
      `${config.rotaryDimension} numbers are rotated in heads of ${config.headDimension}.`,
    );
  }
  if (!(config.rmsNormEpsilon > 0 && config.rmsNormEpsilon < 1))
    throw modelInvalid('rmsNormEpsilon', `the norm's epsilon is ${config.rmsNormEpsilon}.`);
  const positive = {
    ropeTheta: config.ropeTheta,
    localRopeTheta: config.localRopeTheta ?? 1,
    attentionScale: config.attentionScale,
    attentionSoftcap: config.attentionSoftcap ?? 1,
    finalSoftcap: config.finalSoftcap ?? 1,
    embeddingScale: config.embeddingScale,
  };
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0 && Number.isFinite(value))) throw modelInvalid(name, `${name} is ${value}.`, { value });
  }
  if (config.ropeScaling !== undefined) checkRopeScaling(config.ropeScaling);
  if (config.layers.length !== config.layerCount)
    throw modelInvalid('layers', `${config.layers.length} of its ${config.layerCount} layers are described.`);
  if (config.slidingWindow === undefined && config.layers.some(({ sliding }) => sliding))
    throw modelInvalid('slidingWindow', 'some of its layers slide, and the window has no size.');
  if (config.localRopeTheta === undefined && config.layers.some(({ rotation }) => rotation === 'local'))
    throw modelInvalid('localRopeTheta', 'some of its layers rotate by a base of their own, which is missing.');
}

/**
 * Names and shapes of a model's tensors, row-major; fused projections appear as their parts. `lm_head.weight` is absent if it is
 * tied to the embedding.
 */
export function expectedTensors(config: ModelConfig): Map<string, readonly number[]> {
  const { hiddenSize, intermediateSize, headDimension, vocabularySize } = config;
  const queries = config.headCount * headDimension;
  const keys = config.keyValueHeadCount * headDimension;
  const shapes = new Map<string, readonly number[]>([['model.embed_tokens.weight', [vocabularySize, hiddenSize]]]);
  for (let layer = 0; layer < config.layerCount; layer += 1) {
    const set = (name: string, ...shape: number[]): unknown => shapes.set(`model.layers.${layer}.${name}`, shape);
    set('input_layernorm.weight', hiddenSize);
    set('self_attn.q_proj.weight', queries, hiddenSize);
    set('self_attn.k_proj.weight', keys, hiddenSize);
    set('self_attn.v_proj.weight', keys, hiddenSize);
    set('self_attn.o_proj.weight', hiddenSize, queries);
    if (config.queryKeyValueBias) {
      set('self_attn.q_proj.bias', queries);
      set('self_attn.k_proj.bias', keys);
      set('self_attn.v_proj.bias', keys);
    }
    if (config.queryKeyNorm) {
      set('self_attn.q_norm.weight', headDimension);
      set('self_attn.k_norm.weight', headDimension);
    }
    set('post_attention_layernorm.weight', hiddenSize);
    if (config.outputNorms) {
      set('pre_feedforward_layernorm.weight', hiddenSize);
      set('post_feedforward_layernorm.weight', hiddenSize);
    }
    set('mlp.gate_proj.weight', intermediateSize, hiddenSize);
    set('mlp.up_proj.weight', intermediateSize, hiddenSize);
    set('mlp.down_proj.weight', hiddenSize, intermediateSize);
  }
  shapes.set('model.norm.weight', [hiddenSize]);
  if (!config.tiedEmbedding) shapes.set('lm_head.weight', [vocabularySize, hiddenSize]);
  return shapes;
}

/** Throws unless `tensors` are exactly those of `config`: for a missing one, a wrong shape, or one this engine would ignore. */
export function checkModelTensors(config: ModelConfig, tensors: ReadonlyMap<string, StoredTensor>): void {
  const expected = expectedTensors(config);
  for (const [name, shape] of expected) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw modelInvalid(name, `the tensor ${name} is missing.`);
    if (tensor.shape.join() !== shape.join()) {
      throw modelInvalid(
        name,
        `the tensor ${name} has the shape [${tensor.shape.join(', ')}], not [${shape.join(', ')}].`,
      );
    }
  }
  for (const name of tensors.keys()) {
    if (!expected.has(name))
      throw modelUnsupported(
        'tensor',
        name.slice(0, 200),
        `its tensor ${name.slice(0, 200)} has no place in a ${config.architecture} model.`,
      );
  }
}
