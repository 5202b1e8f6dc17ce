import { concatBytes } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';

const ENCODER = new TextEncoder();

/** SHA-256(salt, 0, prompt): without the salt nobody can test a guess of the text against it. */
export function promptHash(salt: Uint8Array, prompt: string): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes([salt, Uint8Array.of(0), ENCODER.encode(prompt)]));
}

/** SHA-256(salt, 1, number of token ids and the ids as uint32 big-endian, answer). */
export function answerHash(salt: Uint8Array, answer: string, answerIds: readonly number[]): Uint8Array<ArrayBuffer> {
  const ids = new DataView(new ArrayBuffer(4 + 4 * answerIds.length));
  ids.setUint32(0, answerIds.length);
  answerIds.forEach((id, index) => {
    ids.setUint32(4 + 4 * index, id);
  });
  return sha256(concatBytes([salt, Uint8Array.of(1), new Uint8Array(ids.buffer), ENCODER.encode(answer)]));
}
