// A decoder's shape, from any container (config.json or a GGUF header). Knows no tensors.

export interface RopeScaling {
  readonly kind: 'linear' | 'llama3' | 'yarn' | 'divisors';
  readonly factor?: number;
  readonly lowFrequencyFactor?: number;
  readonly highFrequencyFactor?: number;
  readonly originalContextLength?: number;
  readonly betaFast?: number;
  readonly betaSlow?: number;
  readonly attentionFactor?: number;
  /** For `divisors` (GGUF `rope_freqs.weight`): the divisor of each frequency, [rotaryDimension / 2]. */
  readonly divisors?: readonly number[];
}

/** Properties that may differ between layers. */
export interface LayerShape {
  /** Whether a token attends only to the nearest `slidingWindow` keys. */
  readonly sliding: boolean;
  /** The angles that rotate queries and keys: the model's own, those of `localRopeTheta`, or none (SmolLM3's NoPE layers). */
  readonly rotation: 'main' | 'local' | 'none';
}

export interface ModelConfig {
  readonly architecture: 'llama' | 'mistral' | 'qwen2' | 'qwen3' | 'smollm3' | 'gemma2' | 'gemma3' | 'phi3';
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly keyValueHeadCount: number;
  readonly headDimension: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly rmsNormEpsilon: number;
  /** Elements at the start of each head that are rotated; Phi-3 leaves the others unchanged. */
  readonly rotaryDimension: number;
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
  /** Gemma 3: rotary base of the layers whose rotation is `local`, without scaling. */
  readonly localRopeTheta?: number;
  /** Keys that a token attends to in sliding layers, including its own; absent if no layer slides. */
  readonly slidingWindow?: number;
  /** [layerCount] */
  readonly layers: readonly LayerShape[];
  /** Factor on the attention scores. */
  readonly attentionScale: number;
  /** Gemma 2: attention scores s become c tanh(s / c). */
  readonly attentionSoftcap?: number;
  /** Gemma 2: the same for logits. */
  readonly finalSoftcap?: number;
  /** The gated activation; `gelu` is the tanh approximation. */
  readonly activation: 'silu' | 'gelu';
  /** Gemma: factor on the rows of the embedding, but not on a tied head. */
  readonly embeddingScale: number;
  /** Added to the stored weights of norms: Hugging Face stores Gemma's as w - 1, GGUF as w. */
  readonly normOffset: 0 | 1;
  /** Gemma: the outputs of attention and feed-forward are normed before they are added to the residual stream. */
  readonly outputNorms: boolean;
  /** Phi-3: files store q, k, v in one tensor, and gate, up in another; adapters use these names. */
  readonly fusedProjections: boolean;
  readonly tiedEmbedding: boolean;
  /** Qwen2: bias on q, k, v. */
  readonly queryKeyValueBias: boolean;
  /** Qwen3, Gemma 3: RMS norm over each head of q and k, before rotation. */
  readonly queryKeyNorm: boolean;
  /** Ids that the config names as ends; `specialTokens` decides which tokens end an answer. */
  readonly endOfSequenceIds: readonly number[];
}
