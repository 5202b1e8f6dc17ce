import type { PackedPiece } from '../../engine/index.ts';
import type { Packing } from '../types.ts';

export interface PackFilesParameters {
  readonly files: readonly { readonly name: string; readonly blob: Blob; readonly sha256: string }[];
  readonly packing: Packing;
  /** Resumes at this tensor, counted from 0, after an earlier attempt with the same files. */
  readonly fromTensor: number;
  readonly signal: AbortSignal;
}

/** A model in the engine's own file format, in pieces, in order. Throws `MODEL_*`, `GGUF_*`, `SAFETENSORS_*`. */
export async function* packFiles(parameters: PackFilesParameters): AsyncGenerator<PackedPiece> {
  const { files, packing, fromTensor, signal } = parameters;
  // The engine is large: pages that only look at a library never load it.
  const { openModelFile, convertModel } = await import('../../engine/index.ts');
  const sources = files.map(({ name, blob, sha256 }) => ({ name, byteLength: blob.size, sha256 }));
  yield* convertModel(await openModelFile(files), packing, { sources, fromTensor, signal });
}
