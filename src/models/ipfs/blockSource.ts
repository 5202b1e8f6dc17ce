// Blocks by CID, each checked against its hash before it is used: from peers, or from a gateway that need not be trusted.
import { CID } from 'multiformats/cid';
import { anySignal } from '../../lib/anySignal.ts';
import { bytesToHex } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { readAtMost } from '../../lib/readAtMost.ts';
import { sha256Async } from '../../lib/sha256Async.ts';
import { endedEarly } from '../remote/endedEarly.ts';
import { sendRequest } from '../remote/sendRequest.ts';

/** Bytes of a block, unchecked. */
export type GetBlock = (cid: string, signal: AbortSignal | undefined) => Promise<Uint8Array>;

const SHA2_256 = 0x12;
const IDENTITY = 0x00;
/** Limit of gateways and bitswap; writers make blocks of at most 2 MiB. */
const MAX_BLOCK_BYTES = 4 * 1024 * 1024;
/** A gateway that has not sent a block by then does not have it. */
const BLOCK_TIMEOUT_MILLISECONDS = 60_000;

/** Throws `CID_INVALID`. */
export function parseCid(text: string): CID {
  try {
    return CID.parse(text);
  } catch (cause) {
    throw new TributaryError({
      code: 'CID_INVALID',
      message: 'This is not a content identifier.',
      facts: { value: text.slice(0, 100) },
      hint: 'Copy the whole identifier; it mostly begins with "bafy" or "Qm".',
      cause,
    });
  }
}

function blockTooLarge(cid: string): TributaryError {
  return new TributaryError({
    code: 'IPFS_BLOCK_TOO_LARGE',
    message: `A gateway sends more than ${MAX_BLOCK_BYTES} bytes for one block.`,
    facts: { cid, maxBytes: MAX_BLOCK_BYTES },
    hint: 'Nothing of it is used. Try another gateway, or peers.',
  });
}

/** Blocks of a gateway, by the trustless gateway specification (`format=raw`). */
export function gatewayBlocks(gateway: string): GetBlock {
  return async (cid, signal) => {
    const url = `${gateway}/ipfs/${cid}?format=raw`;
    const late = AbortSignal.timeout(BLOCK_TIMEOUT_MILLISECONDS);
    try {
      const response = await sendRequest(url, {
        signal: signal === undefined ? late : anySignal([signal, late]),
        headers: { accept: 'application/vnd.ipld.raw' },
      });
      return await readAtMost(response, MAX_BLOCK_BYTES, () => blockTooLarge(cid));
    } catch (cause) {
      throw cause instanceof TributaryError && !late.aborted ? cause : endedEarly(url, 0, { cause, signal });
    }
  };
}

/** The block, checked. Throws `IPFS_BLOCK_WRONG`, `IPFS_UNSUPPORTED`, or what `getBlock` throws. */
export async function checkedBlock(
  cid: CID,
  getBlock: GetBlock,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const { code, digest } = cid.multihash;
  if (code === IDENTITY) return new Uint8Array(digest);
  if (code !== SHA2_256) {
    throw new TributaryError({
      code: 'IPFS_UNSUPPORTED',
      message: 'This content identifier uses a hash other than SHA-256.',
      facts: { cid: cid.toString(), hashCode: code },
      hint: 'Ask for the file under a CID made with SHA-256, which is the usual one.',
    });
  }
  const bytes = new Uint8Array(await getBlock(cid.toString(), signal));
  if (bytes.byteLength <= MAX_BLOCK_BYTES && bytesToHex(await sha256Async(bytes)) === bytesToHex(digest)) return bytes;
  throw new TributaryError({
    code: 'IPFS_BLOCK_WRONG',
    message: 'A block arrived with other bytes than its identifier says.',
    facts: { cid: cid.toString(), bytes: bytes.byteLength },
    hint: 'Nothing of it is used. Try another gateway, or peers.',
  });
}
