// `PeerBlocks` over a Helia node: this node's own blocks first, then bitswap from connected peers.
import type { HeliaWithLibp2p } from '@helia/libp2p';
import { importFile } from 'ipfs-unixfs-importer';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { anySignal } from '../lib/anySignal.ts';
import { collectBytes, ownBytes } from '../lib/bytes.ts';
import { CID_CODECS } from '../lib/canonicalCid.ts';
import { TributaryError, toTributaryError } from '../lib/errors.ts';
import { sha256Async } from '../lib/sha256Async.ts';
import { cid as branded, type Cid } from '../lib/units.ts';
import { readUnixfs } from '../lib/unixfs/readUnixfs.ts';
import { readUnixfsNode, unsupportedUnixfs } from '../lib/unixfs/readUnixfsNode.ts';
import { storageFull } from './storageFull.ts';
import type { BlockOptions, FileOptions, PeerBlocks } from './types.ts';

const SHA2_256 = 0x12;
/** What bitswap's specification asks every peer to take. */
const MAX_BLOCK_BYTES = 2 << 20;
const DEFAULT_TIMEOUT_MILLISECONDS = 30_000;

export interface CreateBlocksParameters {
  readonly helia: HeliaWithLibp2p<never>;
  /** Called when a block is not stored here, before peers are asked for it. */
  readonly onMissing?: (cid: Cid) => void;
}

function parse(text: Cid): CID {
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

/** Browsers report a full disk in many ways; all of them become `STORAGE_FULL`. */
function storageError(error: unknown): TributaryError {
  const { message } = toTributaryError(error);
  if (!/quota|InvalidBlob|write blobs|ENOSPC|no space left/i.test(message)) return toTributaryError(error);
  return storageFull(error);
}

/** Throws `BLOCK_CODEC` and `BLOCK_TOO_LARGE` for what is stored here and can be fetched by nobody. */
function requireFetchable(bytes: Uint8Array, codec: string): void {
  if (codec !== 'raw' && codec !== 'dag-cbor') {
    throw new TributaryError({
      code: 'BLOCK_CODEC_UNKNOWN',
      message: `Blocks are raw or dag-cbor, and not "${codec}".`,
      facts: { codec },
      hint: 'Store the bytes as raw.',
    });
  }
  if (bytes.byteLength <= MAX_BLOCK_BYTES) return;
  throw new TributaryError({
    code: 'BLOCK_UNFETCHABLE',
    message: `A block has at most ${MAX_BLOCK_BYTES} bytes: peers refuse larger ones.`,
    facts: { bytes: bytes.byteLength, maxBytes: MAX_BLOCK_BYTES },
    hint: 'Store it as a file, which is split into blocks.',
  });
}

function tooLarge(cid: Cid, maxBytes: number): TributaryError {
  return new TributaryError({
    code: 'FILE_TOO_LARGE',
    message: `The file is larger than the ${maxBytes} bytes that were expected.`,
    facts: { cid, maxBytes: maxBytes },
    hint: 'It is refused; ask its author to publish it again.',
  });
}

export function createBlocks({ helia, onMissing }: CreateBlocksParameters): PeerBlocks {
  const { blockstore } = helia;

  /**
   * Patience for asking peers for `cid`, which begins anew with each `run`. What is run throws `BLOCK_NOT_FOUND` when it passes, `ABORTED`
   * (or what the caller aborts with) when the caller aborts. Call `end` when done.
   */
  function patience(cid: Cid, options: BlockOptions) {
    const { signal, timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS } = options;
    const late = new AbortController();
    const combined = signal === undefined ? late.signal : anySignal([signal, late.signal]);
    // Not every part of the stack obeys its signal, so the wait itself ends with the signal.
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined); // nobody may be waiting
    const abort = (): void => ended.reject(combined.reason);
    combined.addEventListener('abort', abort, { once: true });
    if (combined.aborted) abort();
    return {
      async run<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
        const timer = setTimeout(() => late.abort(), timeoutMilliseconds);
        try {
          return await Promise.race([work(combined), ended.promise]);
        } catch (error) {
          if (signal?.aborted === true) throw toTributaryError(signal.reason);
          if (error instanceof TributaryError) throw error;
          const full = storageError(error);
          if (full.code === 'STORAGE_FULL') throw full;
          throw new TributaryError({
            code: 'BLOCK_NOT_FOUND',
            message: 'No one online has these bytes.',
            facts: { cid, connections: helia.libp2p.getConnections().length, waitedMilliseconds: timeoutMilliseconds },
            hint: 'Try again when their author or a relay that keeps them is online.',
            cause: error,
          });
        } finally {
          clearTimeout(timer);
        }
      },
      end: () => combined.removeEventListener('abort', abort),
    };
  }

  /** The bytes of the file in order. Throws `FILE_TOO_LARGE` before any part of a file that states more than `maxBytes` is fetched. */
  async function* readParts(root: CID, options: FileOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { maxBytes, onBlock, onFetched } = options;
    // Not Helia's exporter: it visits empty parts of a tree without end, and a part that fails below the first level rejects
    // a promise that nobody awaits, which ends a Node process.
    const getBlock = async (block: CID): Promise<Uint8Array> => {
      const name = branded(block.toString());
      await onBlock?.(name);
      const bytes = await collectBytes(blockstore.get(block, { signal }));
      onFetched?.(name, bytes.byteLength);
      return bytes;
    };
    const node = await readUnixfsNode(root, getBlock);
    if (node.kind === 'folder') throw unsupportedUnixfs(root, 'it is a folder');
    const bytes = node.kind === 'leaf' ? node.bytes.byteLength : node.size;
    if (bytes > maxBytes) throw tooLarge(branded(root.toString()), maxBytes);
    if (node.kind === 'leaf') yield ownBytes(node.bytes);
    else yield* readUnixfs({ cid: root, bytes, getBlock, begin: 0, end: bytes });
  }

  return {
    async put(bytes, codec, { signal } = {}) {
      signal?.throwIfAborted();
      requireFetchable(bytes, codec);
      const cid = CID.createV1(CID_CODECS[codec], create(SHA2_256, await sha256Async(bytes)));
      try {
        await blockstore.put(cid, bytes, signal === undefined ? {} : { signal });
      } catch (error) {
        throw storageError(error);
      }
      return branded(cid.toString());
    },

    async get(cid, options = {}) {
      const parsed = parse(cid);
      if (options.signal?.aborted === true) throw toTributaryError(options.signal.reason);
      if (await blockstore.has(parsed)) return collectBytes(blockstore.get(parsed, { offline: true }));
      onMissing?.(cid);
      const asking = patience(cid, options);
      try {
        return await asking.run((signal) => collectBytes(blockstore.get(parsed, { signal })));
      } finally {
        asking.end();
      }
    },

    has: async (cid) => blockstore.has(parse(cid)),

    async putFile(bytes, { signal } = {}) {
      try {
        // The profile of IPIP-499: CIDv1, raw leaves, chunks of 1 MiB, 1,024 links per node.
        const put: typeof blockstore.put = (cid, block) =>
          blockstore.put(cid, block, signal === undefined ? {} : { signal });
        const { cid } = await importFile({ content: bytes }, { put }, { profile: 'unixfs-v1-2025' });
        return branded(cid.toString());
      } catch (error) {
        if (signal?.aborted === true) throw toTributaryError(signal.reason);
        throw storageError(error);
      }
    },

    async *readFile(cid, options) {
      const root = parse(cid);
      if (!(await blockstore.has(root))) onMissing?.(cid);
      const asking = patience(cid, options);
      let parts: AsyncGenerator<Uint8Array> | undefined;
      try {
        for (;;) {
          const { value, done } = await asking.run((signal) => {
            parts ??= readParts(root, options, signal);
            return parts.next();
          });
          if (done === true) return;
          yield value;
        }
      } finally {
        asking.end();
      }
    },
  };
}
