// A model on disk as the loader sees it: a config, and tensors by their Hugging Face names, read one at a time.
// `gguf/` and `safetensors/` make these; `model/` consumes them.
import { openGguf } from './gguf/openGguf.ts';
import { openHuggingFaceFolder } from './huggingFaceFolder/openHuggingFaceFolder.ts';
import type { ModelConfig } from './modelConfig.ts';
import { modelInvalid } from './modelErrors.ts';

/** Storage formats of a tensor in a file. */
export type StoredFormat =
  | 'f32'
  | 'f16'
  | 'bf16'
  | 'q4_0'
  | 'q4_1'
  | 'q5_0'
  | 'q5_1'
  | 'q8_0'
  | 'q2_k'
  | 'q3_k'
  | 'q4_k'
  | 'q5_k'
  | 'q6_k'
  | 'iq4_nl'
  | 'iq4_xs'
  | 'mxfp4';

export interface StoredTensor {
  /** Hugging Face name, for example `model.layers.0.self_attn.q_proj.weight`. GGUF names are translated. */
  readonly name: string;
  readonly format: StoredFormat;
  /** Row-major, slowest dimension first: [output, input] for a linear layer. */
  readonly shape: readonly number[];
  /** The tensor's bytes; rows of q_proj and k_proj already in Hugging Face (half-split rotary) order. */
  read(signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export interface ModelFile {
  readonly config: ModelConfig;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** `tokenizer.json` as an object, from the folder or rebuilt from the GGUF header; absent in test models. */
  readonly tokenizerJson?: Record<string, unknown>;
  readonly tokenizerConfig?: Record<string, unknown>;
  /** Jinja source. */
  readonly chatTemplate?: string;
  /** SHA-256 digests by file name, once the files were hashed; the model's identity on receipts. */
  readonly byteLength: number;
}

export interface NamedBlob {
  /** File name; a path before it is ignored. */
  readonly name: string;
  readonly blob: Blob;
}

/**
 * Opens one GGUF file, or the files of a Hugging Face folder. Reads headers only; refuses by name what this engine does not
 * compute. Throws `MODEL_*`, `GGUF_*` or `SAFETENSORS_*`.
 */
export async function openModelFile(files: readonly NamedBlob[]): Promise<ModelFile> {
  const ggufFiles = files.filter(({ name }) => name.toLowerCase().endsWith('.gguf'));
  const [gguf] = ggufFiles;
  if (gguf === undefined) return await openHuggingFaceFolder(files);
  if (ggufFiles.length > 1) throw modelInvalid(gguf.name, 'several GGUF files were given for one model.');
  return await openGguf(gguf);
}
