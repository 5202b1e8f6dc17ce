// A model before it is installed: where its files are, which of them form one model, what it requires. Everything here survives
// structured clone; tokens are never part of it. Sizes are bytes.

import type { RuntimeModel } from './runtimes/types.ts';

/** Where a model comes from. Stored with an installed model: enough to install it again and to say where it came from. */
export type ModelSource =
  /** `revision`: the commit that `branch` named when the list was read. `hub`: base address, for mirrors. */
  | {
      readonly kind: 'hub';
      readonly hub: string;
      readonly repository: string;
      readonly revision: string;
      readonly branch: string;
    }
  /** One GGUF file, or a folder's `config.json`, by plain HTTP. Without the query, which may contain secrets. */
  | { readonly kind: 'url'; readonly url: string }
  /** A file or folder by content. Without a gateway the blocks come from peers. Every block is checked by its hash. */
  | { readonly kind: 'ipfs'; readonly cid: string; readonly gateway?: string }
  /** Files that the user dropped or chose. */
  | { readonly kind: 'files'; readonly name: string };

/** How the bytes of one file are reached. */
export type FileLocation =
  /**
   * `hub`: the base address whose origin may see the user's token. `lastModified`: as its server said when the size was asked
   * for; a file of another time is another file.
   */
  | { readonly kind: 'http'; readonly url: string; readonly hub?: string; readonly lastModified?: string }
  | { readonly kind: 'ipfs'; readonly cid: string; readonly gateway?: string }
  | { readonly kind: 'blob'; readonly blob: Blob };

/** One file of a source. */
export interface SourceFile {
  /** Path within the source, with `/`. */
  readonly name: string;
  readonly bytes: number;
  /** 64 hexadecimal digits, where the source announces it. */
  readonly sha256?: string;
  readonly location: FileLocation;
}

/** Formats of the matrices of a converted model; `stored` keeps the format of the file. */
export type PackedFormat = 'stored' | 'f32' | 'f16' | 'q8_0' | 'q4_0';

/** Formats of a converted model: of the linear layers, the embedding (with a head that is tied to it) and the head. */
export interface Packing {
  readonly weights: PackedFormat;
  readonly embedding: PackedFormat;
  readonly head: PackedFormat;
}

/** Files that make one model: a GGUF file, or `config.json` with its safetensors shards and tokenizer. */
export interface ModelChoice {
  /** Unique within its offer. */
  readonly id: string;
  readonly container: 'gguf' | 'safetensors';
  /** Weight format in the file name, upper case: `Q4_K_M`, `BF16`; empty where there is none. */
  readonly format: string;
  readonly files: readonly SourceFile[];
  readonly downloadBytes: number;
  /** Possible conversions, the proposed one first. GGUF files are already quantised and keep their formats. */
  readonly packings: readonly Packing[];
}

/** A file that looks like a model and cannot be used, with the reason. */
export interface RefusedFile {
  readonly name: string;
  readonly bytes: number;
  /** `not-a-model`: a projector for images, or statistics for quantisers. */
  readonly reason: 'split-gguf' | 'not-a-model' | 'not-safetensors' | 'shard-missing';
}

/** The models of a source. */
export interface ModelOffer {
  readonly source: ModelSource;
  /** Name of the model: that of the repository, the file or the folder. */
  readonly name: string;
  /** As the source spells it, for example `apache-2.0`. */
  readonly licence?: string;
  readonly choices: readonly ModelChoice[];
  readonly refused: readonly RefusedFile[];
  /** Ways to run a repository of the Hub with Transformers.js instead; none elsewhere. */
  readonly onnx?: readonly RuntimeModel[];
}

/** The shape of a model, from its headers: read by ranges, before any download. */
export interface ModelShape {
  readonly architecture: string;
  readonly parameterCount: number;
  readonly layerCount: number;
  readonly hiddenSize: number;
  readonly keyValueHeadCount: number;
  readonly headDimension: number;
  readonly vocabularySize: number;
  /** Tokens. */
  readonly contextLength: number;
  /** Keys that a token sees, where a layer sees fewer than all. */
  readonly slidingWindow?: number;
  readonly tiedEmbedding: boolean;
  /** Without a tokenizer the model cannot read text. */
  readonly hasTokenizer: boolean;
  readonly hasChatTemplate: boolean;
  readonly tensors: readonly TensorShape[];
  /** Size of a converted file without its tensors: tokenizer, names, alignment. */
  readonly headerBytes: number;
}

export interface TensorShape {
  /** Hugging Face name. */
  readonly name: string;
  /** Row-major, slowest first. */
  readonly shape: readonly number[];
  /** As the file stores it: `bf16`, `q4_k`. */
  readonly format: string;
}

/** Resources of this browser and device. Absent: unknown, since the browser does not tell; then nothing is concluded. */
export interface Resources {
  /** Of the GPU; absent: the CPU computes. */
  readonly maxBufferSize?: number;
  readonly maxStorageBufferBindingSize?: number;
  /** Free quota of this origin. */
  readonly freeStorageBytes?: number;
  /** `navigator.deviceMemory` in bytes: rounded and capped at 8 GiB by browsers. */
  readonly memoryBytes?: number;
}

export interface FitNeeds {
  readonly downloadBytes: number;
  /** Storage while it is installed: downloaded files and the converted file together. */
  readonly peakStorageBytes: number;
  /** Storage afterwards. */
  readonly keptBytes: number;
  /** On the device: weights, the KV cache of `contextLength` tokens, and activations. */
  readonly deviceBytes: number;
  readonly weightBytes: number;
  readonly cacheBytes: number;
  readonly largestBufferBytes: number;
  readonly contextLength: number;
}

export interface FitProblem {
  readonly code: 'storage' | 'memory' | 'buffer' | 'context';
  /** `memory` is an estimate from a rounded number, so it warns and does not forbid. */
  readonly severity: 'blocks' | 'warns';
  readonly neededBytes: number;
  readonly availableBytes: number;
}

/** Whether a choice fits this device; known before its download. */
export interface Fit {
  readonly verdict: 'fits' | 'tight' | 'too-large';
  readonly needs: FitNeeds;
  readonly problems: readonly FitProblem[];
}

/** One repository of a search. */
export interface HubModel {
  /** `owner/name`. */
  readonly repository: string;
  readonly downloads: number;
  readonly likes: number;
  /** ISO 8601. */
  readonly updatedAt?: string;
  readonly licence?: string;
  /** Needs a token and a licence that was accepted on the Hub. */
  readonly gated: boolean;
  readonly isPrivate: boolean;
  /** `llama`, `qwen2`, where the Hub says so. */
  readonly architecture?: string;
  readonly parameterCount?: number;
  readonly containers: readonly ('gguf' | 'safetensors')[];
}
