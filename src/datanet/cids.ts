// CIDs of this domain: version 1, `raw` or `dag-cbor`, SHA-256. Bytes read by CID are checked against it here, so
// that a store or peer that returns other bytes is caught even if it does not check them itself.
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { bytesToHex } from '../lib/bytes.ts';
import { CID_CODECS, isCanonicalCid } from '../lib/canonicalCid.ts';
import { TributaryError } from '../lib/errors.ts';
import { sha256Async } from '../lib/sha256Async.ts';
import { cid as branded, type Cid } from '../lib/units.ts';
import type { BlockStore, ReadOptions } from './types.ts';

const SHA2_256 = 0x12;

/** The CID of `bytes`. */
export async function cidOf(bytes: Uint8Array, codec: 'raw' | 'dag-cbor'): Promise<Cid> {
  return branded(CID.createV1(CID_CODECS[codec], create(SHA2_256, await sha256Async(bytes))).toString());
}

/** Parses the text of a CID. Throws `CID_INVALID`. */
export function parseCid(text: string): CID {
  try {
    return CID.parse(text);
  } catch (cause) {
    throw new TributaryError({
      code: 'CID_INVALID',
      message: 'This is not a content identifier.',
      facts: { value: String(text).slice(0, 100) },
      hint: 'Copy the whole identifier; it mostly begins with "bafk" or "bafy".',
      cause,
    });
  }
}

export interface GetCheckedParameters extends ReadOptions {
  readonly cid: Cid;
  readonly codec: 'raw' | 'dag-cbor';
  readonly maxBytes: number;
  readonly blocks: BlockStore;
}

/** The block of `cid`, after checking codec, size and hash. Throws `BLOCK_CODEC`, `BLOCK_TOO_LARGE`, `BLOCK_CORRUPT`, and errors of the store. */
export async function getChecked({ cid, codec, maxBytes, blocks, signal }: GetCheckedParameters): Promise<Uint8Array> {
  const parsed = parseCid(cid);
  if (!isCanonicalCid(parsed, [codec]) || parsed.toString() !== cid) {
    throw new TributaryError({
      code: 'BLOCK_CODEC',
      message: `This content identifier does not name a ${codec} block hashed with SHA-256.`,
      facts: { cid, codec: parsed.code, hash: parsed.multihash.code },
      hint: 'The document that refers to it was made by something else than Tributary.',
    });
  }
  const bytes = await blocks.get(cid, { signal });
  if (bytes.byteLength > maxBytes) {
    throw new TributaryError({
      code: 'BLOCK_TOO_LARGE',
      message: `The block is larger than ${maxBytes} bytes.`,
      facts: { cid, bytes: bytes.byteLength, maxBytes },
      hint: 'It is refused; ask its author to publish it in smaller parts.',
    });
  }
  const actual = await cidOf(bytes, codec);
  if (actual !== cid) {
    throw new TributaryError({
      code: 'BLOCK_CORRUPT',
      message: 'The bytes are not those that the content identifier names.',
      facts: { cid, actual },
      hint: 'Fetch it again from another source.',
    });
  }
  return bytes;
}

/** The SHA-256 digest inside a CID, as 0x and 64 hexadecimal digits: contracts identify content by it. Throws `CID_INVALID`. */
export function cidDigest(text: string): `0x${string}` {
  return `0x${bytesToHex(parseCid(text).multihash.digest)}`;
}
