import { bytesToHex } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import type { Row } from './types.ts';

function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s.,;:!?¡¿"'“”‘’„«»…]+/gu, ' ')
    .trim();
}

/**
 * The key under which two rows count as the same content: prompt and response without case, width, spacing and sentence
 * punctuation. Signs that carry meaning stay: 2+2 is not 2-2. A text of nothing but punctuation is kept as it is.
 */
export function contentKey(row: Row): string {
  const parts = [row.prompt, row.response].map((text) => normalise(text) || text.trim());
  return bytesToHex(sha256(new TextEncoder().encode(parts.join('\u0000')))).slice(0, 32);
}
