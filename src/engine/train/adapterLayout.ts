// The position of every LoRA matrix in the one flat vector that is trained, stepped, clipped and attributed: layer by layer;
// q k v o gate up down (those adapted); A [rank, inputs] row-major, then B [outputs, rank]. Knows names and sizes only.
import { TributaryError } from '../../lib/errors.ts';
import { type LinearModule, linearModules } from '../model/decoderWeights.ts';
import type { AdapterModule } from '../model/deviceAdapter.ts';
import type { ModelConfig } from '../modelConfig.ts';

export interface AdaptedModule {
  readonly layer: number;
  readonly module: LinearModule;
  readonly rank: number;
  /** Factor on B A x: alpha / rank, or alpha / sqrt(rank) for rsLoRA. */
  readonly scale: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Index of A's first element in the flat vector; B follows A. */
  readonly offsetA: number;
  readonly offsetB: number;
}

export interface AdapterLayout {
  readonly modules: readonly AdaptedModule[];
  /** Elements of the flat vector. */
  readonly length: number;
  readonly maxRank: number;
}

function moduleShape(config: ModelConfig, module: LinearModule): { readonly inputs: number; readonly outputs: number } {
  const { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headDimension } = config;
  if (module === 'q_proj') return { inputs: hiddenSize, outputs: headCount * headDimension };
  if (module === 'k_proj' || module === 'v_proj') {
    return { inputs: hiddenSize, outputs: keyValueHeadCount * headDimension };
  }
  if (module === 'o_proj') return { inputs: headCount * headDimension, outputs: hiddenSize };
  if (module === 'down_proj') return { inputs: intermediateSize, outputs: hiddenSize };
  return { inputs: hiddenSize, outputs: intermediateSize };
}

/** The layout of an adapter whose modules have the ranks and scales that `choose` returns; undefined leaves a module out. */
export function adapterLayout(
  config: ModelConfig,
  choose: (layer: number, module: LinearModule) => { readonly rank: number; readonly scale: number } | undefined,
): AdapterLayout {
  const modules: AdaptedModule[] = [];
  let length = 0;
  for (let layer = 0; layer < config.layerCount; layer += 1) {
    for (const module of linearModules) {
      const chosen = choose(layer, module);
      if (chosen === undefined) continue;
      const { inputs, outputs } = moduleShape(config, module);
      const offsetB = length + chosen.rank * inputs;
      modules.push({
        rank: chosen.rank,
        scale: chosen.scale,
        layer,
        module,
        inputs,
        outputs,
        offsetA: length,
        offsetB,
      });
      length = offsetB + chosen.rank * outputs;
    }
  }
  return { modules, length, maxRank: Math.max(0, ...modules.map(({ rank }) => rank)) };
}

/** The same rank and scale for the chosen modules of every layer. Throws `TRAIN_TARGET_UNKNOWN` for another module. */
export function uniformLayout(
  config: ModelConfig,
  adapter: { readonly rank: number; readonly scale: number; readonly targetModules: readonly string[] },
): AdapterLayout {
  const { rank, scale, targetModules } = adapter;
  const unknown = targetModules.find((name) => !(linearModules as readonly string[]).includes(name));
  if (unknown !== undefined || targetModules.length === 0) {
    throw new TributaryError({
      code: 'TRAIN_TARGET_UNKNOWN',
      message:
        unknown === undefined
          ? 'No module was chosen for training.'
          : `The model has no linear layer "${unknown}" to adapt.`,
      facts: { given: [...targetModules], known: [...linearModules] },
      hint: 'Choose among the known modules.',
    });
  }
  return adapterLayout(config, (_, module) => (targetModules.includes(module) ? { rank, scale } : undefined));
}

/** The layout of a loaded adapter, and its values as the flat vector. */
export function flattenAdapter(
  config: ModelConfig,
  modules: readonly AdapterModule[],
): { readonly layout: AdapterLayout; readonly parameters: Float32Array<ArrayBuffer> } {
  const given = new Map(modules.map((each) => [`${each.layer} ${each.module}`, each]));
  const layout = adapterLayout(config, (layer, module) => given.get(`${layer} ${module}`));
  const parameters = new Float32Array(layout.length);
  for (const { layer, module, offsetA, offsetB } of layout.modules) {
    const values = given.get(`${layer} ${module}`);
    if (values === undefined) continue;
    parameters.set(values.a, offsetA);
    parameters.set(values.b, offsetB);
  }
  return { layout, parameters };
}

/** The module's path in PEFT files, for example `model.layers.0.self_attn.q_proj`. */
export function modulePath({ layer, module }: { readonly layer: number; readonly module: LinearModule }): string {
  const parent = ['gate_proj', 'up_proj', 'down_proj'].includes(module) ? 'mlp' : 'self_attn';
  return `model.layers.${layer}.${parent}.${module}`;
}
