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
  /** For `divisors` (GGUF `rope_freqs.weight`): what each frequency is divided by, [rotaryDimension / 2]. */
  readonly divisors?: readonly number[];
}

/** What may differ from one layer to the next. */
export interface LayerShape {
  /** Whether a token sees only the nearest `slidingWindow` keys. */
  readonly sliding: boolean;
  /** Which angles turn queries and keys: the model's own, those of `localRopeTheta`, or none (SmolLM3's NoPE layers). */
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
  /** How many numbers at the start of each head are rotated; Phi-3 leaves the others as they are. */
  readonly rotaryDimension: number;
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
  /** Gemma 3: rotary base of the layers whose rotation is `local`, without scaling. */
  readonly localRopeTheta?: number;
  /** Keys a token sees in sliding layers, itself included; absent where no layer slides. */
  readonly slidingWindow?: number;
  /** [layerCount] */
  readonly layers: readonly LayerShape[];
  /** Factor on the scores of attention. */
  readonly attentionScale: number;
  /** Gemma 2: scores s of attention become c tanh(s / c). */
  readonly attentionSoftcap?: number;
  /** Gemma 2: logits likewise. */
  readonly finalSoftcap?: number;
  /** The gated activation; `gelu` is the approximation by tanh. */
  readonly activation: 'silu' | 'gelu';
  /** Gemma: factor on the rows of the embedding, but not on a tied head. */
  readonly embeddingScale: number;
  /** What the weights of norms lack: Hugging Face stores Gemma's as w - 1, GGUF as w. */
  readonly normOffset: 0 | 1;
  /** Gemma: what attention and feed-forward add to the stream passes a norm of its own. */
  readonly outputNorms: boolean;
  /** Phi-3: files hold q, k, v in one tensor, and gate, up in another; adapters name them so. */
  readonly fusedProjections: boolean;
  readonly tiedEmbedding: boolean;
  /** Qwen2: bias on q, k, v. */
  readonly queryKeyValueBias: boolean;
  /** Qwen3, Gemma 3: RMS norm over each head of q and k, before rotation. */
  readonly queryKeyNorm: boolean;
  readonly beginOfSequenceId?: number;
  readonly endOfSequenceIds: readonly number[];
}
