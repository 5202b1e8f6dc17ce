import { canonicalJson } from '../../lib/canonicalJson.ts';
import { sha256 } from '../../lib/hash.ts';

/**
 * SHA-256 of 0x00 and the canonical JSON of {prompt, response} in Unicode NFC: what was trained on. In a Datanet this is the
 * row's own hash, unless the row has further fields.
 * The domains do not know each other, so the rule stands here too; a test in `test/` holds both to one value.
 */
export function rowHash({
  prompt,
  response,
}: {
  readonly prompt: string;
  readonly response: string;
}): Uint8Array<ArrayBuffer> {
  const text = canonicalJson({ prompt: prompt.normalize('NFC'), response: response.normalize('NFC') });
  return sha256(new TextEncoder().encode(`\u0000${text}`));
}
