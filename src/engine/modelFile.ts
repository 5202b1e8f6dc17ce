// A model on disk as the loader sees it: a config, and tensors by their Hugging Face names, read one at a time.
// `openModelFile` creates these; `model/` consumes them.
import type { BlobLike } from '../lib/blobLike.ts';
import type { WeightFormat } from './backend.ts';
import type { ModelConfig } from './modelConfig.ts';

export interface StoredTensor {
  /** Hugging Face name, for example `model.layers.0.self_attn.q_proj.weight`. GGUF names are translated. */
  readonly name: string;
  readonly format: WeightFormat;
  /** Row-major, slowest dimension first: [output, input] for a linear layer. */
  readonly shape: readonly number[];
  /** The tensor's bytes; rows of q_proj and k_proj already in Hugging Face (half-split rotary) order. */
  read(signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Only these entries of the slowest dimension, in the form of `read`. */
  readRows(first: number, count: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Only for matrices of a packed file: device words of one of its tensors, ready to upload. */
  readWords?(
    part: 'codes' | 'scales',
    first: number,
    count: number,
    signal?: AbortSignal,
  ): Promise<Uint32Array<ArrayBuffer>>;
}

/** A file that a model came from. */
export interface SourceFile {
  readonly name: string;
  readonly byteLength: number;
  /** Hexadecimal; absent if unknown. */
  readonly sha256?: string;
}

export interface ModelFile {
  readonly container: 'gguf' | 'safetensors' | 'packed';
  readonly config: ModelConfig;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** `tokenizer.json` as an object, from the folder or rebuilt from the GGUF header; absent in test models. */
  readonly tokenizerJson?: Record<string, unknown>;
  readonly tokenizerConfig?: Record<string, unknown>;
  /** Jinja source. */
  readonly chatTemplate?: string;
  /** What the files call the model. */
  readonly names?: readonly string[];
  readonly byteLength: number;
  /** The opened files; for a packed file, its sources. */
  readonly sources: readonly SourceFile[];
}

export interface NamedBlob {
  /** File name, possibly with a path: in a folder, only files beside the topmost config.json count. */
  readonly name: string;
  readonly blob: BlobLike;
}
