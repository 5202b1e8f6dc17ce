// The size of a training batch on a device: as many tokens as a memory budget and the binding limit allow.
import type { LoadedModel } from '../model/decoderWeights.ts';
import type { AdapterLayout } from './adapterLayout.ts';

export interface PlanCapacity {
  readonly tokenCapacity: number;
  readonly targetCapacity: number;
  readonly recompute: boolean;
}

/** Byte budgets for activations, and for the largest single tensor: WebGPU guarantees bindings of 128 MiB. */
const ACTIVATION_BUDGET = 512 * 2 ** 20;
const MAX_TENSOR_BYTES = 64 * 2 ** 20;

/**
 * Capacities for batches of at most `tokens` tokens and `targets` targets; smaller if memory requires it, but never below the
 * longest single row. Activations of all layers are stored if they fit, otherwise recomputed layer by layer.
 */
export function planCapacity(
  model: LoadedModel,
  layout: AdapterLayout,
  wanted: {
    readonly tokens: number;
    readonly targets: number;
    readonly maxRowTokens: number;
    readonly maxTargets: number;
  },
): PlanCapacity {
  const { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headDimension, vocabularySize, layerCount } =
    model.config;
  const attentionWidth = 2 * headCount * headDimension + 2 * keyValueHeadCount * headDimension;
  const layerFloats = 3 * hiddenSize + attentionWidth + 3 * intermediateSize + 7 * layout.maxRank;
  const widest = Math.max(hiddenSize, intermediateSize, headCount * headDimension);
  const tokens = Math.max(wanted.maxRowTokens, Math.min(wanted.tokens, Math.floor(MAX_TENSOR_BYTES / (4 * widest))));
  const targets = Math.max(
    wanted.maxTargets,
    Math.min(wanted.targets, Math.floor(MAX_TENSOR_BYTES / (4 * vocabularySize))),
  );
  const stored = (count: number): number => 4 * tokens * (count * layerFloats + (layerCount + 8) * hiddenSize);
  const recompute = stored(layerCount) > ACTIVATION_BUDGET;
  if (!recompute || stored(1) <= ACTIVATION_BUDGET)
    return { tokenCapacity: tokens, targetCapacity: targets, recompute };
  const fitting = Math.floor((tokens * ACTIVATION_BUDGET) / stored(1));
  return { tokenCapacity: Math.max(wanted.maxRowTokens, fitting), targetCapacity: targets, recompute };
}
