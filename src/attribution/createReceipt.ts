// A receipt says what one answer cost and whom it pays, and contains what anyone needs to recompute the shares: the
// int8 sketch of the answer's gradient and the root of the index. Prompt and answer stay here: only salted hashes go out.
import { encode } from '@ipld/dag-cbor';
import { bytesToHex, hexToBytes, ownBytes } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import { decodeReceipt } from './files/decodeReceipt.ts';
import { answerHash, promptHash } from './files/textHash.ts';
import type { OpenedIndex } from './openIndex.ts';
import type { CreatedReceipt, CreateReceiptRequest } from './service.ts';
import { verbatimOf } from './verbatimOf.ts';

/** dag-cbor bytes, their digest, and the salt to keep. Throws `RECEIPT_INVALID` when the subject is malformed. */
export function createReceipt(
  opened: OpenedIndex,
  { attribution, subject, prompt, answer, answerIds }: Omit<CreateReceiptRequest, 'id'>,
  salt: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(32)),
): CreatedReceipt {
  const { sketch, contributors, unattributedPpm } = attribution;
  const { model, payer } = subject;
  const bytes = ownBytes(
    encode({
      v: 1,
      type: 'receipt',
      subject: { ...subject, model: model.toLowerCase(), payer: payer.toLowerCase() },
      index: opened.index.root,
      prompt: promptHash(salt, prompt),
      answer: answerHash(salt, answer, answerIds),
      answerTokens: answerIds.length,
      sketch: { exponent: sketch.exponent, codes: new Uint8Array(sketch.codes) },
      verbatim: [...verbatimOf(opened, answerIds).scores],
      shares: contributors.map(({ account, ppm }) => [hexToBytes(account), ppm]),
      unattributedPpm,
    }),
  );
  decodeReceipt(bytes);
  return { bytes, digest: bytesToHex(sha256(bytes)), salt };
}
