// Whether a config makes sense, and whether the tensors of a file are exactly those that the config asks for. Runs before
// any tensor is read, so that a model is refused whole and by name.
import type { ModelConfig } from './modelConfig.ts';
import { modelInvalid, modelUnsupported } from './modelErrors.ts';
import type { StoredTensor } from './modelFile.ts';

const largest = 1 << 24;
/** Bounds what is made from the number alone: the list of expected tensors. */
const mostLayers = 1024;

/** Throws `MODEL_INVALID` or `MODEL_UNSUPPORTED` for a shape that no model can have. */
export function checkModelConfig(config: ModelConfig): void {
  const sizes = {
    hiddenSize: config.hiddenSize,
    intermediateSize: config.intermediateSize,
    layerCount: config.layerCount,
    headCount: config.headCount,
    keyValueHeadCount: config.keyValueHeadCount,
    headDimension: config.headDimension,
    vocabularySize: config.vocabularySize,
    contextLength: config.contextLength,
    ...(config.slidingWindow === undefined ? {} : { slidingWindow: config.slidingWindow }),
  };
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1 || size > largest)
      throw modelInvalid(name, `${name} is ${size}.`, { value: size });
  }
  if (config.layerCount > mostLayers) throw modelInvalid('layerCount', `it has ${config.layerCount} layers.`);
  if (config.headCount % config.keyValueHeadCount !== 0) {
    throw modelInvalid(
      'keyValueHeadCount',
      `${config.headCount} heads cannot share ${config.keyValueHeadCount} key-value heads evenly.`,
    );
  }
  if (config.headDimension % 2 !== 0)
    throw modelUnsupported('headDimension', config.headDimension, 'rotary embedding needs an even head size.');
  if (!(config.rmsNormEpsilon > 0 && config.rmsNormEpsilon < 1))
    throw modelInvalid('rmsNormEpsilon', `the norm's epsilon is ${config.rmsNormEpsilon}.`);
  if (!(config.ropeTheta > 0 && Number.isFinite(config.ropeTheta)))
    throw modelInvalid('ropeTheta', `the rotary base is ${config.ropeTheta}.`);
}

/** Names and shapes of the tensors of a model, row-major. `lm_head.weight` is absent when it is tied to the embedding. */
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
    set('mlp.gate_proj.weight', intermediateSize, hiddenSize);
    set('mlp.up_proj.weight', intermediateSize, hiddenSize);
    set('mlp.down_proj.weight', hiddenSize, intermediateSize);
  }
  shapes.set('model.norm.weight', [hiddenSize]);
  if (!config.tiedEmbedding) shapes.set('lm_head.weight', [vocabularySize, hiddenSize]);
  return shapes;
}

/** Throws unless `tensors` are exactly those of `config`: a missing one, a wrong shape, or one this engine would ignore. */
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
