// Content identifiers in their one form: version 1, SHA-256, base32 in lower case, each number in as few bytes as it needs. The
// same block can be named in many other ways (version 0, other bases, padded numbers), which count as other blocks where names
// are compared.
import { CID } from 'multiformats/cid';

export const CID_CODECS = { raw: 0x55, 'dag-cbor': 0x71, 'dag-pb': 0x70 } as const;
export type CidCodec = keyof typeof CID_CODECS;

const SHA2_256 = 0x12;
/** One byte each for version, codec, hash and length, then the digest: longer ones pad their numbers. */
const CANONICAL_BYTES = 36;

/** Whether the identifier is in its one form and of one of these codecs. */
export function isCanonicalCid({ version, code, multihash, bytes }: CID, codecs: readonly CidCodec[]): boolean {
  return (
    version === 1 &&
    codecs.some((codec) => CID_CODECS[codec] === code) &&
    multihash.code === SHA2_256 &&
    multihash.digest.byteLength === 32 &&
    bytes.byteLength === CANONICAL_BYTES
  );
}

/** Whether `text` is such an identifier, written in base32. */
export function isCanonicalCidText(text: string, codecs: readonly CidCodec[]): boolean {
  // 1 + ceil(36 bytes * 8 / 5): checked first, since parsing costs more than a comparison.
  if (text.length !== 59) return false;
  try {
    const cid = CID.parse(text);
    return isCanonicalCid(cid, codecs) && cid.toString() === text;
  } catch {
    return false; // not a content identifier
  }
}
