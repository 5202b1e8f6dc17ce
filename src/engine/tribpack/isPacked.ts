// Recognises the engine's own files by content: they have no file extension.
import type { NamedBlob } from '../modelFile.ts';
import { PACKED_MAGIC } from './packedHeader.ts';

/** Whether a file begins as packed models do. Files whose extension names another format are not read. */
export async function isPacked({ name, blob }: NamedBlob): Promise<boolean> {
  if (/\.(gguf|safetensors|json)$/i.test(name)) return false;
  const start = await blob.slice(0, PACKED_MAGIC.length).arrayBuffer();
  return new TextDecoder('latin1').decode(start) === PACKED_MAGIC;
}
