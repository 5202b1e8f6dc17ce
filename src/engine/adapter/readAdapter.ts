// Reads a PEFT adapter as the modules that it adapts, with f32 factors. Config and tensors must agree; an invalid adapter is
// refused as a whole.

import { expectedTensors } from '../checkModel.ts';
import { dequantize } from '../formats/dequantize.ts';
import type { AdapterModule } from '../model/deviceAdapter.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { openSafetensors, type SafetensorsTensor } from '../safetensors/openSafetensors.ts';
import { adapterTargets, type TargetModule } from './adapterConfig.ts';
import { adapterInvalid, adapterUnsupported } from './adapterErrors.ts';

export interface ReadAdapterParameters {
  /** `adapter_config.json`, parsed. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `adapter_model.safetensors`. */
  readonly weights: Uint8Array;
  readonly model: ModelConfig;
}

export interface AdapterFile {
  /** Layer by layer; q k v o gate up down. */
  readonly modules: readonly AdapterModule[];
  /** The largest rank among them. */
  readonly rank: number;
  readonly parameterCount: number;
  /** Suffixes of the adapted modules, without duplicates. */
  readonly targetModules: readonly string[];
}

const PREFIX = 'base_model.model.';
const formats = new Map([
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
] as const);

/** Refuses a tensor that is not a LoRA factor of a linear layer, naming the feature it would need. */
function refuseTensor(name: string): never {
  const shortName = name.slice(0, 200);
  if (name.endsWith('.lora_magnitude_vector') || name.endsWith('.lora_magnitude_vector.weight'))
    throw adapterUnsupported('tensor', shortName, 'it is DoRA.');
  if (/\.lora_embedding_[AB]$/.test(name) || name.includes('embed_tokens'))
    throw adapterUnsupported('tensor', shortName, 'it adapts the embedding.');
  if (name.endsWith('.bias')) throw adapterUnsupported('tensor', shortName, `it holds a bias, ${shortName}.`);
  throw adapterUnsupported(
    'tensor',
    shortName,
    `it holds a tensor that is no LoRA factor of this model's linear layers, ${shortName}.`,
  );
}

async function readFactor(
  tensor: SafetensorsTensor | undefined,
  name: string,
  rows: number,
  columns: number,
): Promise<Float32Array<ArrayBuffer>> {
  if (tensor === undefined) throw adapterInvalid(name, `its tensor ${name} is missing.`);
  if (tensor.shape.join() !== `${rows},${columns}`) {
    throw adapterInvalid(
      name,
      `its tensor ${name} has the shape [${tensor.shape.join(', ')}], not [${rows}, ${columns}].`,
    );
  }
  const format = (formats as ReadonlyMap<string, 'f32' | 'f16' | 'bf16'>).get(tensor.dtype);
  if (format === undefined)
    throw adapterUnsupported(name, tensor.dtype, `its tensor ${name} is stored as ${tensor.dtype}.`);
  const values = dequantize(format, await tensor.read(), rows, columns);
  const fault = values.findIndex((value) => !Number.isFinite(value));
  if (fault >= 0)
    throw adapterInvalid(name, `element ${fault} of its tensor ${name} is ${values[fault]}, no finite number.`);
  return values;
}

/**
 * Reads an adapter for a model. Throws `ADAPTER_UNSUPPORTED` (bias, modules_to_save, embedding targets, DoRA and anything
 * else but plain LoRA, by name), `ADAPTER_INVALID` (shapes, missing factors, NaN) or `SAFETENSORS_*`.
 */
export async function readAdapter(parameters: ReadAdapterParameters): Promise<AdapterFile> {
  const { config, weights, model } = parameters;
  const targets = adapterTargets(config, model);
  const { tensors } = await openSafetensors({
    name: 'adapter_model.safetensors',
    blob: new Blob([weights as Uint8Array<ArrayBuffer>]),
  });
  const factorName = ({ name }: TargetModule, factor: 'A' | 'B'): string => `${PREFIX}${name}.lora_${factor}.weight`;
  const expected = new Set(targets.flatMap((target) => [factorName(target, 'A'), factorName(target, 'B')]));
  for (const name of tensors.keys()) if (!expected.has(name)) refuseTensor(name);
  const shapes = expectedTensors(model);
  const modules: AdapterModule[] = [];
  let parameterCount = 0;
  for (const target of targets) {
    const { name, layer, parts, rank, scale } = target;
    const partShapes = parts.map((part) => shapes.get(`${name.replace(/\w+$/, part)}.weight`) ?? []);
    const outputs = partShapes.reduce((total, [rows = 0]) => total + rows, 0);
    const inputs = partShapes[0]?.[1] ?? 0;
    const [nameA, nameB] = [factorName(target, 'A'), factorName(target, 'B')];
    const a = await readFactor(tensors.get(nameA), nameA, rank, inputs);
    const b = await readFactor(tensors.get(nameB), nameB, outputs, rank);
    parameterCount += a.length + b.length;
    // The parts of a fused module share A; their outputs are consecutive rows of B.
    let first = 0;
    for (const [index, module] of parts.entries()) {
      const count = (partShapes[index]?.[0] ?? 0) * rank;
      modules.push({ layer, module, rank, scale, a, b: parts.length === 1 ? b : b.slice(first, first + count) });
      first += count;
    }
  }
  return {
    modules,
    rank: modules.reduce((most, { rank }) => Math.max(most, rank), 0),
    parameterCount,
    targetModules: [...new Set(targets.map(({ name }) => name.slice(name.lastIndexOf('.') + 1)))],
  };
}
