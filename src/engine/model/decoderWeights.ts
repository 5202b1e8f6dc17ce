// A decoder's tensors on a backend, as the inference and training plans see them.
import type { Backend, Tensor, Weight } from '../backend.ts';
import type { ModelConfig } from '../modelConfig.ts';

/** The linear layers of one decoder layer, by their Hugging Face suffix, in the order of PEFT gradients and files. */
export const linearModules = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;

export type LinearModule = (typeof linearModules)[number];

export interface LayerWeights {
  /** [hidden] */
  readonly inputNorm: Tensor;
  readonly postAttentionNorm: Tensor;
  /** [output, input] of each linear layer. */
  readonly linear: Readonly<Record<LinearModule, Weight>>;
  /** Qwen2: [output] of q, k, v. */
  readonly bias: Readonly<Partial<Record<LinearModule, Tensor>>>;
  /** Qwen3: [headDimension]. */
  readonly queryNorm?: Tensor;
  readonly keyNorm?: Tensor;
}

export interface LoadedModel {
  readonly backend: Backend;
  readonly config: ModelConfig;
  /** [vocabulary, hidden] */
  readonly embedding: Weight;
  /** [vocabulary, hidden]: the embedding itself where it is tied. */
  readonly head: Weight;
  readonly finalNorm: Tensor;
  readonly layers: readonly LayerWeights[];
  /** f32 [contextLength, headDimension / 2, 2] = cos, sin; see `rope`. */
  readonly ropeTable: Tensor;
  /** Positions that the rope table holds: no sequence may be longer. */
  readonly contextLength: number;
  readonly parameterCount: number;
  /** Bytes of the weights on the device. */
  readonly weightBytes: number;
  destroy(): void;
}
