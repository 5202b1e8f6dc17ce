// The engine's interface to a page, through its worker: requests and answers that survive structured clone. Bytes come in as
// Blobs (random access, no copy); the engine itself never fetches and never stores.
import type { SerializedError } from '../lib/errors.ts';
import type { CallContext } from '../lib/rpc.ts';
import type { WeightFormat } from './backend.ts';
import type { ChatChunk, ChatRequest } from './chat/types.ts';
import type { ModelConfig } from './modelConfig.ts';
import type { QuantizationChoices } from './quant/quantizationChoices.ts';
import type { PackedPiece } from './tribpack/convertModel.ts';
import type { PackedSize } from './tribpack/packedSize.ts';
import type { ComputeDtype, VariantReport } from './variantReport.ts';

export interface DeviceReport {
  readonly description: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** The values of `LoadModelRequest.computeDtype` that this device supports. */
  readonly computeDtypes: readonly ComputeDtype[];
  /** On a GPU: how each operator is computed, as far as plans have been recorded. */
  readonly variants?: VariantReport;
  /** Why the CPU is used although the GPU was tried. */
  readonly obstacle?: SerializedError;
}

/** The device to compute on. `automatic`: the GPU, unless there is none or its driver renders in software. */
export type DeviceChoice = 'automatic' | 'gpu' | 'cpu';

/** A packed file, a GGUF file, or the files of a Hugging Face folder. */
export type ModelBlobs = readonly { readonly name: string; readonly blob: Blob }[];

/** What is known of a model beside its files. */
export interface BaseIdentity {
  /** As hubs and people call it: `owner/name`, a title, a file's name. */
  readonly names?: readonly string[];
  /** Hexadecimal, of the source that it was made from. */
  readonly sha256?: string;
}

export interface LoadModelRequest {
  readonly files: ModelBlobs;
  /** Compared with the base that an adapter names. The names in the files are known without. */
  readonly identity?: BaseIdentity;
  /** Formats of the weights. Default: a folder is quantised, Q4_0 with tables in Q8_0; packed and GGUF files keep their formats. */
  readonly choices?: QuantizationChoices;
  /** Maximum context to reserve KV cache for. Default: the smaller of the model's own and 1,024. */
  readonly contextLength?: number;
  /** Default: `automatic`. */
  readonly device?: DeviceChoice;
  /**
   * Compute dtype of the decoder's linear layers in inference. Default: `float32`. `float16`: a prompt's activations and weights are
   * rounded to 11 bits; `int8`: activations are quantised in blocks of 32. A device without support computes in f32. Training and
   * gradients always do.
   */
  readonly computeDtype?: ComputeDtype;
  /** `DeviceReport.variants` of an earlier load: saves measuring again. */
  readonly variants?: VariantReport;
}

export interface LoadProgress {
  /** `probe`: variants are tried and timed while they are compiled. */
  readonly phase: 'read' | 'compile' | 'probe';
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface ModelSummary {
  readonly architecture: string;
  readonly parameterCount: number;
  readonly layerCount: number;
  readonly hiddenSize: number;
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly weightBytes: number;
  /** As requested, or f32 if the device does not support it. */
  readonly computeDtype: ComputeDtype;
}

export interface LoadAdapterRequest {
  readonly id: string;
  /** `adapter_config.json`, parsed. */
  readonly config: Record<string, unknown>;
  /** `adapter_model.safetensors`. */
  readonly weights: Uint8Array;
  /** The base that it was trained for, where more is known of it than its config says. */
  readonly base?: BaseIdentity;
  /** Somebody confirmed that it is wanted on another model than its base. Default: false. */
  readonly acceptOtherBase?: boolean;
}

export interface AdapterSummary {
  readonly id: string;
  readonly rank: number;
  readonly parameterCount: number;
  readonly targetModules: readonly string[];
}

/** A prompt and its response as token ids: the unit of training and attribution. */
export interface EncodedRow {
  /** Prompt (template included), then response and, unless the answer was cut, end token. */
  readonly inputIds: readonly number[];
  /** Number of leading prompt ids, which have no loss. */
  readonly promptLength: number;
}

/** An answer as the model generated it. */
export interface EncodeAnswerRequest {
  readonly prompt: string;
  /** Its tokens, without an end token. The tokenizer might encode their text differently. */
  readonly answerIds: readonly number[];
  /** The model generated an end token after them: the row gets the tokenizer's end token. */
  readonly ended: boolean;
}

export interface TrainRequest {
  readonly rows: readonly EncodedRow[];
  readonly rank: number;
  readonly alpha: number;
  /** Module suffixes. Default: all seven linear layers. */
  readonly targetModules?: readonly string[];
  readonly learningRate: number;
  readonly schedule: 'constant' | 'linear' | 'cosine';
  readonly warmupSteps: number;
  readonly epochs: number;
  /** Stop after this many steps, whatever `epochs` says. */
  readonly maxSteps?: number;
  readonly batchSize: number;
  readonly weightDecay: number;
  readonly maxGradientNorm: number;
  readonly seed: number;
  /** Yield a checkpoint event every this many steps. */
  readonly checkpointEvery?: number;
  /** Bytes of an earlier checkpoint event of the same request: training continues after its step. */
  readonly resumeFrom?: Uint8Array;
}

export type TrainEvent =
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly totalSteps: number;
      readonly loss: number;
      readonly learningRate: number;
      readonly gradientNorm: number;
      readonly tokens: number;
      readonly milliseconds: number;
    }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: 'done';
      readonly config: Record<string, unknown>;
      readonly weights: Uint8Array<ArrayBuffer>;
      readonly steps: number;
      readonly finalLoss: number;
    };

export interface RowGradientRequest {
  readonly adapterId: string;
  readonly row: EncodedRow;
}

export interface InspectModelRequest {
  readonly files: ModelBlobs;
  /** Default: `stored`, and the default choices. */
  readonly choices?: readonly QuantizationChoices[];
}

/** The contents of a model's headers, read before anything else. */
export interface ModelInspection {
  readonly container: 'gguf' | 'safetensors' | 'packed';
  readonly config: ModelConfig;
  readonly parameterCount: number;
  readonly hasTokenizer: boolean;
  readonly hasChatTemplate: boolean;
  readonly tensors: readonly {
    readonly name: string;
    readonly format: WeightFormat;
    readonly shape: readonly number[];
  }[];
  readonly sizes: readonly (PackedSize & { readonly choices: QuantizationChoices })[];
}

export interface ConvertModelRequest {
  readonly files: readonly { readonly name: string; readonly blob: Blob; readonly sha256?: string }[];
  /** Default: as in `LoadModelRequest`. */
  readonly choices?: QuantizationChoices;
  /** Resumes at this tensor, counted from 0. */
  readonly fromTensor?: number;
}

export interface PackProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface QualityRequest {
  /** Evaluated in windows of the model's context; see `QualityReport.tokens`. */
  readonly text: string;
  /** The model's own source, unquantised. The model is unloaded first and reloaded afterwards, so that both are never loaded at once. */
  readonly reference?: { readonly files: ModelBlobs };
}

export interface QualityProgress {
  readonly phase: 'model' | 'reference' | 'restore';
  /** Tokens done, in the first two phases. */
  readonly done: number;
  readonly total: number;
}

export interface QualityReport {
  /** Scored tokens: all but the first of each window. */
  readonly tokens: number;
  readonly perplexity: number;
  readonly reference?: {
    readonly perplexity: number;
    /** The model's perplexity minus the reference's. */
    readonly difference: number;
    /** Fraction of tokens for which both have the same most probable token. */
    readonly agreement: number;
  };
}

/** The methods of the engine worker. One model at a time; its adapters are never merged. */
export interface EngineService {
  /** Describes the device; by default the open one or the best. Requesting another device unloads the model. */
  probe(request: { readonly device?: DeviceChoice }, context: CallContext): Promise<DeviceReport>;
  loadModel(request: LoadModelRequest, context: CallContext): Promise<ModelSummary>;
  /** Reads headers only. Refuses an unsupported model by the name of its field or tensor. */
  inspectModel(request: InspectModelRequest, context: CallContext): Promise<ModelInspection>;
  /** The packed file in consecutive pieces; `context.progress` receives `PackProgress`. Needs no device and no model. */
  convertModel(request: ConvertModelRequest, context: CallContext): AsyncGenerator<PackedPiece>;
  /** Perplexity of the loaded model without adapters; drops the conversation's cache. `context.progress` receives `QualityProgress`. */
  measureQuality(request: QualityRequest, context: CallContext): Promise<QualityReport>;
  /** Throws `ADAPTER_BASE_DIFFERENT` if it was trained for another model and nobody accepted that. */
  loadAdapter(request: LoadAdapterRequest, context: CallContext): Promise<AdapterSummary>;
  unloadAdapter(request: { readonly id: string }, context: CallContext): Promise<void>;
  /**
   * The answer in chunks. If the device is lost in the middle, it is reopened, model and adapters are reloaded, and the answer
   * continues; `ENGINE_DEVICE_LOST` only if that fails. `context.progress` receives `LoadProgress` meanwhile.
   */
  chat(request: ChatRequest, context: CallContext): AsyncGenerator<ChatChunk>;
  /** Token ids of a text; special tokens in it are read as plain text. */
  encode(request: { readonly text: string }, context: CallContext): Promise<readonly number[]>;
  decode(request: { readonly ids: readonly number[] }, context: CallContext): Promise<string>;
  /** Renders prompt and response with the chat template, as training and attribution use them. */
  encodeRows(
    request: { readonly rows: readonly { readonly prompt: string; readonly response: string }[] },
    context: CallContext,
  ): Promise<readonly EncodedRow[]>;
  /** The row of one answer: its prompt rendered as in `encodeRows`, then the answer's own tokens. */
  encodeAnswer(request: EncodeAnswerRequest, context: CallContext): Promise<EncodedRow>;
  train(request: TrainRequest, context: CallContext): AsyncGenerator<TrainEvent>;
  /**
   * Gradient of the summed response cross-entropy with respect to the adapter: layer by layer; q k v o gate up down (those
   * adapted); A [rank, in] row-major, then B [out, rank]. Throws `ENGINE_TOKEN_INVALID`.
   */
  rowGradient(request: RowGradientRequest, context: CallContext): Promise<Float32Array<ArrayBuffer>>;
}
