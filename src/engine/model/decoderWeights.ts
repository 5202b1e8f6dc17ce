// A decoder's tensors on a backend, as inference and training use them.
import type { Backend, Tensor, Weight } from '../backend.ts';
import type { ModelConfig } from '../modelConfig.ts';
import type { ComputeDtype } from '../variantReport.ts';

/** The linear layers of one decoder layer, by their Hugging Face suffix, in the order of PEFT gradients and files. */
export const linearModules = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;

export type LinearModule = (typeof linearModules)[number];

export interface LayerWeights {
  /** [hidden], of attention's input. */
  readonly inputNorm: Tensor;
  /** [hidden], of the feed-forward layer's input. */
  readonly feedForwardNorm: Tensor;
  /** Gemma: [hidden], of attention's output before it is added to the residual stream. */
  readonly attentionOutputNorm?: Tensor;
  readonly feedForwardOutputNorm?: Tensor;
  /** [output, input] of each linear layer. */
  readonly linear: Readonly<Record<LinearModule, Weight>>;
  /** Qwen2: [output] of q, k, v. */
  readonly bias: Readonly<Partial<Record<LinearModule, Tensor>>>;
  /** Qwen3, Gemma 3: [headDimension]. */
  readonly queryNorm?: Tensor;
  readonly keyNorm?: Tensor;
  /** f32 [contextLength, rotaryDimension / 2, 2] = cos, sin, see `rope`; absent if the layer does not rotate. */
  readonly ropeTable?: Tensor;
}

export interface LoadedModel {
  readonly backend: Backend;
  readonly config: ModelConfig;
  /** Compute dtype of the decoder's linear layers in inference; see `LoadModelRequest`. */
  readonly computeDtype: ComputeDtype;
  /** [vocabulary, hidden] */
  readonly embedding: Weight;
  /** [vocabulary, hidden]: the embedding itself if it is tied. */
  readonly head: Weight;
  readonly finalNorm: Tensor;
  readonly layers: readonly LayerWeights[];
  /** Positions in the rope tables: the maximum length of a sequence. */
  readonly contextLength: number;
  readonly parameterCount: number;
  /** Bytes of the weights on the device. */
  readonly weightBytes: number;
  destroy(): void;
}
