// What a model is before it is kept: where its files lie, which of them make one model, what it would need. Everything here
// survives structured clone; tokens are never part of it. Sizes are bytes.

import type { RuntimeModel } from './runtimes/types.ts';

/** Where a model comes from. Kept with an installed model; "again" and "where from" need nothing else. */
export type ModelSource =
  /** `revision`: the commit that `branch` named when the list was read. `hub`: base address, for mirrors. */
  | {
      readonly kind: 'hub';
      readonly hub: string;
      readonly repository: string;
      readonly revision: string;
      readonly branch: string;
    }
  /** One GGUF file, or a folder's `config.json`, by plain HTTP. Without the query, in which secrets stand. */
  | { readonly kind: 'url'; readonly url: string }
  /** A file or folder by content. Without a gateway the blocks come from peers. Every block is checked by its hash. */
  | { readonly kind: 'ipfs'; readonly cid: string; readonly gateway?: string }
  /** Files that the user dropped or chose. */
  | { readonly kind: 'files'; readonly name: string };

/** How the bytes of one file are reached. */
export type FileLocation =
  /**
   * `hub`: the base address whose origin may see the user's token. `lastModified`: as its server said when the size was asked for;
   * a file of another time is another file.
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

/** Formats that matrices may be packed in; `stored` keeps what the file has. */
export type PackedFormat = 'stored' | 'f32' | 'f16' | 'q8_0' | 'q4_0';

/** How a model is packed: the linear layers, and the embedding (with the head that is tied to it), chosen apart. */
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
  /** What the file name says its weights are, upper case: `Q4_K_M`, `BF16`; empty where it says nothing. */
  readonly format: string;
  readonly files: readonly SourceFile[];
  readonly downloadBytes: number;
  /** How it may be packed, the proposed way first. GGUF files are already quantised and keep their formats. */
  readonly packings: readonly Packing[];
}

/** A file that looks like a model and cannot be used, and why. */
export interface RefusedFile {
  readonly name: string;
  readonly bytes: number;
  /** `not-a-model`: a projector for images, or statistics for quantisers. */
  readonly reason: 'split-gguf' | 'not-a-model' | 'not-safetensors' | 'shard-missing';
}

/** What a source offers. */
export interface ModelOffer {
  readonly source: ModelSource;
  /** To show and to name the model by: the repository, the file, the folder. */
  readonly name: string;
  /** As the source spells it, for example `apache-2.0`. */
  readonly licence?: string;
  readonly choices: readonly ModelChoice[];
  readonly refused: readonly RefusedFile[];
  /** Ways to run a repository of the Hub with Transformers.js instead; none elsewhere. */
  readonly onnx?: readonly RuntimeModel[];
}

/** What the headers of a choice say: read by ranges, before any download. */
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
  /** What a packed file takes beside its tensors: tokenizer, names, alignment. */
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

/** What this browser and device have. Absent: not told by the browser; then nothing is concluded from it. */
export interface Resources {
  /** Of the graphics adapter; absent: the processor computes. */
  readonly maxBufferSize?: number;
  readonly maxStorageBufferBindingSize?: number;
  /** Free quota of this origin. */
  readonly freeStorageBytes?: number;
  /** `navigator.deviceMemory` in bytes: rounded and capped at 8 GiB by browsers. */
  readonly memoryBytes?: number;
}

export interface FitNeeds {
  readonly downloadBytes: number;
  /** Room in storage while it is installed: downloaded files and packed file at once. */
  readonly peakStorageBytes: number;
  /** Room in storage afterwards. */
  readonly keptBytes: number;
  /** On the device: weights, keys and values of `contextLength` tokens, and working space. */
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

/** Whether a choice fits here, said before its download. */
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
  /** Its owner lets in whom they have agreed with: a token and an accepted licence are needed. */
  readonly gated: boolean;
  readonly isPrivate: boolean;
  /** `llama`, `qwen2`, where the Hub says so. */
  readonly architecture?: string;
  readonly parameterCount?: number;
  readonly containers: readonly ('gguf' | 'safetensors')[];
}
