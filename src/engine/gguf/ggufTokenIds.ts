import { tokenIds } from '../tokenizer/tokenIds.ts';
import type { GgufHeader } from './readGgufHeader.ts';

/**
 * The ids that a header gives to a role (`bos`, `eos`, `eot`, ...), as any whole-number type or an array of one. Throws `MODEL_INVALID` with
 * the key for an id outside the vocabulary.
 */
export function ggufTokenIds(header: GgufHeader, role: string): number[] {
  const key = `tokenizer.ggml.${role}_token_id`;
  const tokens = header.metadata.get('tokenizer.ggml.tokens')?.value;
  const rows = header.tensors.get('token_embd.weight')?.shape[0] ?? 0;
  const size = Array.isArray(tokens) ? tokens.length : rows;
  return tokenIds(key, header.metadata.get(key)?.value, size);
}
