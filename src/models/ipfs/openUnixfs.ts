// UnixFS files and folders by CID, from a gateway or from peers: listed, read in order, or sliced. Every block is checked against
// its CID before it is used.
import type { CID } from 'multiformats/cid';
import type { BlobLike } from '../../lib/blobLike.ts';
import { collectBytes } from '../../lib/bytes.ts';
import { readUnixfs as readTree } from '../../lib/unixfs/readUnixfs.ts';
import { type GetCheckedBlock, readUnixfsNode, unsupportedUnixfs } from '../../lib/unixfs/readUnixfsNode.ts';
import { checkedBlock, type GetBlock, parseCid } from './blockSource.ts';

export interface UnixfsFile {
  /** Path below the CID that was opened; empty for that itself. */
  readonly path: string;
  readonly cid: string;
  readonly bytes: number;
}

/** A folder of a model has tens of files, and each costs a request. */
const MAX_ENTRIES = 1000;
const MAX_FOLDER_DEPTH = 4;
/** Blocks that a sliced file keeps. */
const MAX_CACHED_BLOCKS = 64;

export interface ReadUnixfsParameters {
  readonly cid: string;
  /** As `listUnixfs` returned. */
  readonly bytes: number;
  readonly getBlock: GetBlock;
  readonly signal?: AbortSignal | undefined;
}

function checked(getBlock: GetBlock, signal: AbortSignal | undefined): GetCheckedBlock {
  return (cid) => checkedBlock(cid, getBlock, signal);
}

/** The bytes [begin, end) in order; a few blocks are asked for in advance. Throws `IPFS_*`, or what `getBlock` throws. */
export async function* readUnixfs(
  parameters: ReadUnixfsParameters & { readonly begin: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const { cid, getBlock, signal, ...range } = parameters;
  yield* readTree({ ...range, cid: parseCid(cid), getBlock: checked(getBlock, signal) });
}

/** A file by its CID as something that can be sliced. The blocks that were read last are kept. */
export function openUnixfsBlob(parameters: ReadUnixfsParameters): BlobLike {
  const { cid, bytes, signal } = parameters;
  const cached = new Map<string, Promise<Uint8Array>>();
  const getBlock: GetBlock = (block) => {
    const known = cached.get(block) ?? parameters.getBlock(block, signal);
    cached.delete(block);
    cached.set(block, known);
    known.catch(() => cached.delete(block));
    for (const oldest of cached.keys()) {
      if (cached.size <= MAX_CACHED_BLOCKS) break;
      cached.delete(oldest);
    }
    return known;
  };
  async function read(begin: number, end: number): Promise<ArrayBuffer> {
    return (await collectBytes(readUnixfs({ cid, bytes, getBlock, signal, begin, end }))).buffer;
  }
  const slice = (begin: number, end: number): BlobLike => ({
    size: end - begin,
    slice: (from = 0, to = end - begin) =>
      slice(Math.min(begin + Math.max(0, from), end), Math.min(begin + Math.max(from, to), end)),
    arrayBuffer: () => read(begin, end),
  });
  return slice(0, bytes);
}

/** The files below a CID with their sizes: one when it is a file. Throws `IPFS_*`, or what `getBlock` throws. */
export async function listUnixfs(
  cid: string,
  getBlock: GetBlock,
  signal?: AbortSignal,
): Promise<readonly UnixfsFile[]> {
  const files: UnixfsFile[] = [];
  let visited = 0;
  async function visit(current: CID, path: string, depth: number): Promise<void> {
    visited += 1;
    if (depth > MAX_FOLDER_DEPTH || visited > MAX_ENTRIES)
      throw unsupportedUnixfs(current, 'it has too many files or folders');
    const node = await readUnixfsNode(current, checked(getBlock, signal));
    if (node.kind !== 'folder') {
      const bytes = node.kind === 'leaf' ? node.bytes.byteLength : node.size;
      files.push({ path, cid: current.toString(), bytes });
      return;
    }
    for (const { name, cid: child } of node.entries)
      await visit(child, path === '' ? name : `${path}/${name}`, depth + 1);
  }
  await visit(parseCid(cid), '', 0);
  return files;
}
