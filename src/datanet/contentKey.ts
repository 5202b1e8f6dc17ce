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
 * Two rows with the same key have the same content: prompt and response are compared without case, width, spacing and sentence
 * punctuation. Symbols that carry meaning remain: 2+2 is not 2-2. A text of punctuation alone is not changed.
 */
export function contentKey(row: Row): string {
  const parts = [row.prompt, row.response].map((text) => normalise(text) || text.trim());
  return bytesToHex(sha256(new TextEncoder().encode(parts.join('\u0000')))).slice(0, 32);
}
