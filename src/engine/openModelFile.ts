// Recognises the container of a model by its files and opens it. Knows which readers exist, and nothing of the formats.
import { openGguf } from './gguf/openGguf.ts';
import { openHuggingFaceFolder } from './huggingFace/openHuggingFaceFolder.ts';
import { modelInvalid } from './modelErrors.ts';
import type { ModelFile, NamedBlob } from './modelFile.ts';
import { isPacked } from './tribpack/isPacked.ts';
import { openPacked } from './tribpack/openPacked.ts';

/**
 * Opens one packed file, one GGUF file, or the files of a Hugging Face folder. Reads headers only; refuses unsupported features by
 * name. Throws `MODEL_*`, `PACKED_*`, `GGUF_*` or `SAFETENSORS_*`.
 */
export async function openModelFile(files: readonly NamedBlob[]): Promise<ModelFile> {
  const [first] = files;
  if (first !== undefined && files.length === 1 && (await isPacked(first))) return await openPacked(first);
  const ggufFiles = files.filter(({ name }) => name.toLowerCase().endsWith('.gguf'));
  const [gguf] = ggufFiles;
  if (gguf === undefined) return await openHuggingFaceFolder(files);
  if (ggufFiles.length > 1) throw modelInvalid(gguf.name, 'several GGUF files were given for one model.');
  return await openGguf(gguf);
}
