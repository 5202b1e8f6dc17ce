// Uploads a model file's tensors to a backend, a few rows at a time, so that no second copy of the model is ever in memory.
import { TributaryError } from '../../lib/errors.ts';
import type { Backend, ElementArray, Tensor, Weight } from '../backend.ts';
import { dequantize } from '../formats/dequantize.ts';
import { fileRowBytes } from '../formats/fileLayout.ts';
import type { LayerShape, ModelConfig } from '../modelConfig.ts';
import type { ModelFile, StoredTensor } from '../modelFile.ts';
import { checkFinite } from '../quant/checkFinite.ts';
import { chosenFormat, type QuantizationChoices, storedChoices } from '../quant/quantizationChoices.ts';
import type { ComputeDtype } from '../variantReport.ts';
import { type LayerWeights, type LinearModule, type LoadedModel, linearModules } from './decoderWeights.ts';
import { makeRopeTable } from './makeRopeTable.ts';
import { uploadWeight } from './uploadWeight.ts';

export interface LoadModelOptions {
  /** Positions to prepare for, at most the model's own limit. Default: the smaller of that and 1,024. */
  readonly contextLength?: number;
  /** Formats of the weights. Default: as stored. */
  readonly choices?: QuantizationChoices;
  /** Compute dtype of the decoder's linear layers. Default: `float32`. */
  readonly computeDtype?: ComputeDtype;
  readonly signal?: AbortSignal;
  readonly onProgress?: (loadedBytes: number, totalBytes: number) => void;
}

const supported: ReadonlySet<string> = new Set<ModelConfig['architecture']>([
  'llama',
  'mistral',
  'qwen2',
  'qwen3',
  'smollm3',
  'gemma2',
  'gemma3',
  'phi3',
]);
const attentionModules = new Set<LinearModule>(['q_proj', 'k_proj', 'v_proj', 'o_proj']);

interface RopeTables {
  readonly main: Tensor;
  readonly local?: Tensor;
}

/**
 * The model on `backend`. Throws `ENGINE_MODEL_UNSUPPORTED` for an unknown architecture, `ENGINE_CONTEXT_INVALID` for an empty
 * context, `ENGINE_TENSOR_MISSING` for an incomplete file, `MODEL_WEIGHT_NOT_FINITE` for a NaN or infinity among the weights,
 * `ENGINE_BUFFER_TOO_LARGE` if a tensor exceeds the device's limit. After an error, nothing of the model stays on the device.
 */
export async function loadModel(
  backend: Backend,
  file: ModelFile,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  const { config } = file;
  if (!supported.has(config.architecture)) {
    throw new TributaryError({
      code: 'ENGINE_MODEL_UNSUPPORTED',
      message: `This engine cannot run models of the architecture "${config.architecture}".`,
      facts: { architecture: config.architecture, supported: [...supported] },
      hint: 'Choose a Llama, Mistral, Qwen, SmolLM3, Gemma or Phi-3 model.',
    });
  }
  const { contextLength: asked = 1_024 } = options;
  if (!Number.isSafeInteger(asked) || asked < 1) {
    throw new TributaryError({
      code: 'ENGINE_CONTEXT_INVALID',
      message: 'The context must be a whole number of tokens, one or more.',
      facts: { contextLength: asked },
      hint: 'Choose another context in the settings.',
    });
  }
  const owned: Tensor[] = [];
  let loadedBytes = 0;
  let parameterCount = 0;

  function upload(label: string, data: ElementArray): Tensor {
    const type = data instanceof Float32Array ? 'f32' : data instanceof Uint32Array ? 'u32' : 'i32';
    const tensor = backend.createTensor(label, type, data.length);
    owned.push(tensor);
    backend.upload(tensor, data);
    return tensor;
  }

  function find(name: string): StoredTensor {
    options.signal?.throwIfAborted();
    const stored = file.tensors.get(name);
    if (stored === undefined) {
      throw new TributaryError({
        code: 'ENGINE_TENSOR_MISSING',
        message: `The model has no tensor "${name}".`,
        facts: { tensor: name },
        hint: 'The file is incomplete or of another architecture: download it again or choose another.',
      });
    }
    parameterCount += stored.shape.reduce((product, size) => product * size, 1);
    return stored;
  }

  function report(bytes: number): void {
    loadedBytes += bytes;
    options.onProgress?.(Math.round(loadedBytes), file.byteLength);
  }

  async function readVector(name: string): Promise<Float32Array<ArrayBuffer>> {
    const stored = find(name);
    const [length = 0] = stored.shape;
    const bytes = await stored.read(options.signal);
    checkFinite(name, stored.format, bytes, 0, length);
    report(bytes.byteLength);
    return dequantize(stored.format, bytes, 1, length);
  }

  const vector = async (name: string): Promise<Tensor> => upload(name, await readVector(name));

  async function weight(name: string): Promise<Weight> {
    const stored = find(name);
    const [rows = 0, columns = 0] = stored.shape;
    const storedBytes = rows * fileRowBytes(stored.format, columns);
    const uploaded = await uploadWeight(backend, stored, chosenFormat(stored, options.choices ?? storedChoices), {
      signal: options.signal,
      onRows: (share) => report(share * storedBytes),
    });
    owned.push(uploaded.codes, ...(uploaded.scales === undefined ? [] : [uploaded.scales]));
    return uploaded;
  }

  /** Weights of a norm in f32, with the offset that the file omits. */
  async function norm(name: string): Promise<Tensor> {
    const values = await readVector(name);
    return upload(name, config.normOffset === 0 ? values : values.map((value) => value + config.normOffset));
  }

  async function layer(index: number, ropeTables: RopeTables): Promise<LayerWeights> {
    const prefix = `model.layers.${index}`;
    const linear: Partial<Record<LinearModule, Weight>> = {};
    const bias: Partial<Record<LinearModule, Tensor>> = {};
    for (const module of linearModules) {
      const path = `${prefix}.${attentionModules.has(module) ? 'self_attn' : 'mlp'}.${module}`;
      linear[module] = await weight(`${path}.weight`);
      const biased = config.queryKeyValueBias && attentionModules.has(module) && module !== 'o_proj';
      if (biased) bias[module] = await vector(`${path}.bias`);
    }
    const { rotation } = config.layers[index] as LayerShape;
    const ropeTable = rotation === 'none' ? undefined : ropeTables[rotation];
    return {
      inputNorm: await norm(`${prefix}.input_layernorm.weight`),
      ...(config.outputNorms
        ? {
            attentionOutputNorm: await norm(`${prefix}.post_attention_layernorm.weight`),
            feedForwardNorm: await norm(`${prefix}.pre_feedforward_layernorm.weight`),
            feedForwardOutputNorm: await norm(`${prefix}.post_feedforward_layernorm.weight`),
          }
        : { feedForwardNorm: await norm(`${prefix}.post_attention_layernorm.weight`) }),
      linear: linear as Record<LinearModule, Weight>,
      bias,
      ...(config.queryKeyNorm
        ? {
            queryNorm: await norm(`${prefix}.self_attn.q_norm.weight`),
            keyNorm: await norm(`${prefix}.self_attn.k_norm.weight`),
          }
        : {}),
      ...(ropeTable === undefined ? {} : { ropeTable }),
    };
  }

  function uploadRopeTables(positions: number): RopeTables {
    const { contextLength, rotaryDimension, localRopeTheta } = config;
    const main = upload('rope table', makeRopeTable(config, positions));
    if (localRopeTheta === undefined) return { main };
    const local = { contextLength, rotaryDimension, ropeTheta: localRopeTheta };
    return { main, local: upload('local rope table', makeRopeTable(local, positions)) };
  }

  const ownedBytes = (): number => owned.reduce((total, tensor) => total + tensor.length * 4, 0);
  const destroy = (): void => {
    for (const tensor of owned.splice(0)) backend.destroyTensor(tensor);
  };
  try {
    const contextLength = Math.min(config.contextLength, asked);
    const ropeTables = uploadRopeTables(contextLength);
    const tableBytes = ownedBytes();
    const embedding = await weight('model.embed_tokens.weight');
    const layers: LayerWeights[] = [];
    for (let index = 0; index < config.layerCount; index += 1) layers.push(await layer(index, ropeTables));
    const finalNorm = await norm('model.norm.weight');
    const head = config.tiedEmbedding ? embedding : await weight('lm_head.weight');
    const weightBytes = ownedBytes() - tableBytes;
    return {
      backend,
      config,
      embedding,
      head,
      finalNorm,
      layers,
      contextLength,
      computeDtype: options.computeDtype ?? 'float32',
      parameterCount,
      weightBytes,
      destroy,
    };
  } catch (error) {
    destroy();
    throw error;
  }
}
