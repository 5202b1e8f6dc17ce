// UnixFS files and folders by CID, read block by block, from any place on. It knows dag-pb and raw leaves; every block that it
// sees has been checked against its CID. Specification: specs.ipfs.tech/unixfs.
import { code as dagPbCode, decode, type PBNode } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import type { CID } from 'multiformats/cid';
import type { BlobLike } from '../../lib/blobLike.ts';
import { TributaryError, toTributaryError } from '../../lib/errors.ts';
import { checkedBlock, type GetBlock, parseCid } from './blockSource.ts';

export interface UnixfsFile {
  /** Path below the CID that was opened; empty for that itself. */
  readonly path: string;
  readonly cid: string;
  readonly bytes: number;
}

const RAW = 0x55;
/** Blocks asked for at once while a file is read in order. */
const AHEAD = 4;
/** A folder of a model has tens of files; more is not one, and each costs a request. */
const MOST_ENTRIES = 1000;
const DEEPEST_FOLDER = 4;
const DEEPEST_TREE = 32;

type Node =
  | { readonly kind: 'leaf'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'tree';
      readonly size: number;
      readonly children: readonly { readonly cid: CID; readonly size: number }[];
    }
  | { readonly kind: 'folder'; readonly entries: readonly { readonly name: string; readonly cid: CID }[] };

function unsupported(cid: CID, what: string): TributaryError {
  return new TributaryError({
    code: 'IPFS_UNSUPPORTED',
    message: `This is no file or folder that can be read here: ${what}.`,
    facts: { cid: cid.toString() },
    hint: 'Add the model again as a UnixFS file or as a plain folder.',
  });
}

function decodeNode(cid: CID, block: Uint8Array): { node: PBNode; unixfs: UnixFS } {
  try {
    const node = decode(block);
    return { node, unixfs: UnixFS.unmarshal(node.Data ?? new Uint8Array()) };
  } catch (cause) {
    throw unsupported(cid, toTributaryError(cause).message);
  }
}

async function readNode(cid: CID, getBlock: GetBlock, signal: AbortSignal | undefined): Promise<Node> {
  if (cid.code !== RAW && cid.code !== dagPbCode) throw unsupported(cid, `its codec is 0x${cid.code.toString(16)}`);
  const block = await checkedBlock(cid, getBlock, signal);
  if (cid.code === RAW) return { kind: 'leaf', bytes: block };
  const { node, unixfs } = decodeNode(cid, block);
  if (unixfs.type === 'directory')
    return { kind: 'folder', entries: node.Links.map(({ Name, Hash }) => ({ name: Name ?? '', cid: Hash as CID })) };
  if (unixfs.type !== 'file' && unixfs.type !== 'raw') throw unsupported(cid, `it is a ${unixfs.type}`);
  if (node.Links.length === 0) return { kind: 'leaf', bytes: unixfs.data ?? new Uint8Array() };
  const sizes = unixfs.blockSizes.map(Number);
  const size = sizes.reduce((total, each) => total + each, 0);
  const sound = sizes.length === node.Links.length && sizes.every((each) => Number.isSafeInteger(each) && each >= 0);
  if (!sound || !Number.isSafeInteger(size) || (unixfs.data?.byteLength ?? 0) > 0)
    throw unsupported(cid, 'the sizes of its parts do not fit its links');
  return {
    kind: 'tree',
    size,
    children: node.Links.map(({ Hash }, index) => ({ cid: Hash as CID, size: sizes[index] ?? 0 })),
  };
}

interface Leaf {
  readonly cid: CID;
  readonly begin: number;
  readonly size: number;
  /** Of a dag-pb leaf: it had to be read to be known as one. */
  readonly bytes?: Uint8Array;
}

/** Which leaf holds what: inner nodes are read once. */
interface Tree {
  readonly bytes: number;
  /** Leaves that overlap [begin, end), in order. */
  leaves(begin: number, end: number): AsyncGenerator<Leaf>;
}

function createTree(root: CID, bytes: number, getBlock: GetBlock, signal: AbortSignal | undefined): Tree {
  const inner = new Map<string, Promise<Node>>();
  const nodeOf = (cid: CID): Promise<Node> => {
    const key = cid.toString();
    const known = inner.get(key) ?? readNode(cid, getBlock, signal);
    inner.set(key, known);
    // Leaves would add up to the file.
    const forget = (): void => void inner.delete(key);
    known.then((node) => node.kind === 'leaf' && forget(), forget);
    return known;
  };
  async function* descend(
    cid: CID,
    at: number,
    size: number,
    begin: number,
    end: number,
    depth: number,
  ): ReturnType<Tree['leaves']> {
    if (depth > DEEPEST_TREE) throw unsupported(cid, 'its tree is too deep');
    if (cid.code === RAW) {
      yield { cid, begin: at, size };
      return;
    }
    const node = await nodeOf(cid);
    if (node.kind === 'folder') throw unsupported(cid, 'a folder stands where bytes should');
    if (node.kind === 'leaf') {
      yield { cid, begin: at, size, bytes: node.bytes };
      return;
    }
    if (node.size !== size) throw unsupported(cid, 'the sizes of its parts do not add up');
    let position = at;
    for (const child of node.children) {
      if (position < end && position + child.size > begin && child.size > 0)
        yield* descend(child.cid, position, child.size, begin, end, depth + 1);
      position += child.size;
    }
  }
  return { bytes, leaves: (begin, end) => descend(root, 0, bytes, begin, end, 0) };
}

async function leafBytes(
  { cid, size, bytes }: Leaf,
  getBlock: GetBlock,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const block = bytes ?? (await checkedBlock(cid, getBlock, signal));
  if (block.byteLength !== size) throw unsupported(cid, 'a part has another size than its parent says');
  return block;
}

export interface ReadUnixfsParameters {
  readonly cid: string;
  /** As `listUnixfs` told. */
  readonly bytes: number;
  readonly getBlock: GetBlock;
  readonly signal?: AbortSignal | undefined;
}

/** The bytes [begin, end) in order; a few blocks are asked for in advance. Throws `IPFS_*`, or what `getBlock` throws. */
export async function* readUnixfs(
  parameters: ReadUnixfsParameters & { readonly begin: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const { cid, bytes, getBlock, signal, begin, end } = parameters;
  const leaves = createTree(parseCid(cid), bytes, getBlock, signal).leaves(begin, end);
  const waiting: { begin: number; size: number; bytes: Promise<Uint8Array> }[] = [];
  let more = true;
  for (;;) {
    while (more && waiting.length < AHEAD) {
      const { value, done } = await leaves.next();
      more = done !== true;
      if (value === undefined) break;
      const promise = leafBytes(value, getBlock, signal);
      // Its reader may have left before it fails.
      promise.catch(() => undefined);
      waiting.push({ begin: value.begin, size: value.size, bytes: promise });
    }
    const next = waiting.shift();
    if (next === undefined) return;
    const leaf = await next.bytes;
    yield leaf.subarray(Math.max(0, begin - next.begin), Math.min(next.size, end - next.begin));
  }
}

/** A file by its CID as something that can be sliced. Leaves that were read last are kept. */
export function openUnixfsBlob(parameters: ReadUnixfsParameters): BlobLike {
  const { cid, bytes, signal } = parameters;
  const kept = new Map<string, Promise<Uint8Array>>();
  const getBlock: GetBlock = (block) => {
    const known = kept.get(block) ?? parameters.getBlock(block, signal);
    kept.delete(block);
    kept.set(block, known);
    known.catch(() => kept.delete(block));
    for (const oldest of kept.keys()) {
      if (kept.size <= 64) break;
      kept.delete(oldest);
    }
    return known;
  };
  async function read(begin: number, end: number): Promise<ArrayBuffer> {
    const result = new Uint8Array(end - begin);
    let position = 0;
    for await (const part of readUnixfs({ cid, bytes, getBlock, signal, begin, end })) {
      result.set(part, position);
      position += part.byteLength;
    }
    return result.buffer;
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
    if (depth > DEEPEST_FOLDER || visited > MOST_ENTRIES)
      throw unsupported(current, 'it has too many files or folders');
    const node = await readNode(current, getBlock, signal);
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
