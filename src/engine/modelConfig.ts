// What a decoder's shape is, whichever file it came from (config.json or a GGUF header). Knows no tensors.

export interface RopeScaling {
  readonly kind: 'linear' | 'llama3' | 'yarn' | 'divisors';
  readonly factor?: number;
  readonly lowFrequencyFactor?: number;
  readonly highFrequencyFactor?: number;
  readonly originalContextLength?: number;
  readonly betaFast?: number;
  readonly betaSlow?: number;
  readonly attentionFactor?: number;
  /** For `divisors` (GGUF `rope_freqs.weight`): what each frequency is divided by, [headDimension / 2]. */
  readonly divisors?: readonly number[];
}

export interface ModelConfig {
  readonly architecture: 'llama' | 'mistral' | 'qwen2' | 'qwen3';
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly keyValueHeadCount: number;
  readonly headDimension: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly rmsNormEpsilon: number;
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
  /** Keys a token sees, itself included; absent: all earlier ones. */
  readonly slidingWindow?: number;
  readonly tiedEmbedding: boolean;
  /** Qwen2: bias on q, k, v. */
  readonly queryKeyValueBias: boolean;
  /** Qwen3: RMS norm over each head of q and k, before rotation. */
  readonly queryKeyNorm: boolean;
  readonly beginOfSequenceId?: number;
  readonly endOfSequenceIds: readonly number[];
}
