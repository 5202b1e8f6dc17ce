// Runtimes besides this engine, described in the same terms: names of models, their requirements, capabilities. Everything here
// survives structured clone. Sizes are bytes.
import type { ChatChunk, ChatField, ChatRequest } from '../../engine/index.ts';
import type { CallContext } from '../../lib/rpc.ts';

/** `tributary` is this engine. */
export type RuntimeName = 'tributary' | 'webLlm' | 'transformers';

export interface RuntimeCapabilities {
  /** LoRA adapters beside the base. */
  readonly adapters: boolean;
  /** Training of adapters. */
  readonly training: boolean;
  /** Gradients of an answer: without them the influence of rows cannot be estimated, and nothing is paid. */
  readonly influence: boolean;
  /** Whether an answer survives the loss of the GPU. */
  readonly recoversDevice: boolean;
  /** Whether it can compute without WebGPU. */
  readonly processor: boolean;
  /** Fields of a chat request that it computes; others are refused by name. */
  readonly chatFields: readonly ChatField[];
}

/** Weight formats of ONNX files, as Transformers.js names them. */
export type OnnxFormat = 'fp32' | 'fp16' | 'q8' | 'int8' | 'uint8' | 'q4' | 'q4f16' | 'bnb4';

export type RuntimeSource =
  /** A model of WebLLM's own list. */
  | { readonly kind: 'prebuilt' }
  /** An ONNX model in a repository of a hub. */
  | { readonly kind: 'onnx'; readonly repository: string; readonly revision: string; readonly format: OnnxFormat }
  /** A model of this engine, found and kept by the library. */
  | { readonly kind: 'library' };

/** A model as a picker shows it. */
export interface RuntimeModel {
  readonly runtime: RuntimeName;
  /** Unique within its runtime. */
  readonly id: string;
  readonly name: string;
  readonly source: RuntimeSource;
  /** Size of the download, where it is known beforehand. */
  readonly downloadBytes?: number;
  /** Device memory for weights and KV cache. */
  readonly deviceBytes?: number;
  readonly contextLength?: number;
  /** According to its publisher it runs on phones and small GPUs. */
  readonly lowResource?: boolean;
  readonly webGpu: 'required' | 'optional';
  /** WebGPU features that its kernels need, where WebGPU is used. */
  readonly features: readonly string[];
  /** Largest binding that its kernels need. */
  readonly bindingBytes?: number;
}

export interface LoadRuntimeModelRequest {
  readonly model: RuntimeModel;
  /** Base address of the hub or a mirror of it; default: Hugging Face. */
  readonly hub?: string;
  /** The user's token for gated models: sent to the hub's own origin alone, and kept in memory only. */
  readonly token?: string;
  /** `automatic`: WebGPU where there is a GPU, else WebAssembly. */
  readonly device?: 'automatic' | 'gpu' | 'cpu';
}

export interface RuntimeProgress {
  /** From 0 to 1, as far as the runtime knows. */
  readonly share: number;
  /** The runtime's own message, in English. */
  readonly text: string;
}

export interface RuntimeSummary {
  readonly device: 'gpu' | 'cpu';
  readonly contextLength: number;
}

/** The methods of a runtime's worker. One model at a time. Nothing is asked of any network before `load`. */
export interface RuntimeService {
  /** The models that the runtime lists itself; none where any repository may be named. */
  models(request: Record<string, never>, context: CallContext): Promise<readonly RuntimeModel[]>;
  /**
   * Downloads what is not in the browser's cache yet, and starts the model.
   *
   * Throws `RUNTIME_NO_WEBGPU` where the model needs it, `RUNTIME_DOWNLOAD_FAILED`, `RUNTIME_LOAD_FAILED` with the library's
   * words.
   */
  load(request: LoadRuntimeModelRequest, context: CallContext): Promise<RuntimeSummary>;
  /** As `ChatRuntime`. Throws `RUNTIME_MODEL_NOT_LOADED` before `load`, `RUNTIME_FAILED` with the library's words. */
  chat(request: ChatRequest, context: CallContext): AsyncGenerator<ChatChunk>;
  /** Deletes a model from the browser's caches. */
  remove(request: { readonly model: RuntimeModel; readonly hub?: string }, context: CallContext): Promise<void>;
  unload(request: Record<string, never>, context: CallContext): Promise<void>;
}
