// The bytes of a UnixFS file in order, from any position. Every size that a node states is compared with what its children hold;
// empty parts are not visited, so a tree of many empty nodes costs nothing; at most a few blocks wait for the reader. What a file
// costs is bounded by what arrives of it and not by what it states: one small block can be named as a part a million times.
import type { CID } from 'multiformats/cid';
import { type GetCheckedBlock, RAW, readUnixfsNode, unsupportedUnixfs } from './readUnixfsNode.ts';

/** Blocks asked for at once. */
const MAX_AHEAD = 4;
const MAX_DEPTH = 32;
/** Links of the nodes between the root and a leaf, which are held at once; writers make nodes of at most some thousands. */
const MAX_HELD_LINKS = 100_000;
/** Bytes that may be read for each that arrived, beyond the first ones: parts of real files repeat, for example empty pages. */
const MAX_REPEATS = 8;
const FREE_BYTES = 64 << 20;
/** What a part costs at least, to read and to remember. */
const MIN_PART_BYTES = 4_096;

interface Leaf {
  readonly cid: CID;
  readonly begin: number;
  readonly size: number;
  /** Of a dag-pb leaf: it had to be read to be known as one. */
  readonly bytes?: Uint8Array;
}

/**
 * Yields the leaves that overlap [begin, end), in order. An inner node is forgotten when its leaves have been visited: a tree may have
 * one for each byte of the file, and each may list thousands of empty parts.
 */
async function* walkLeaves(
  root: CID,
  bytes: number,
  getBlock: GetCheckedBlock,
  begin: number,
  end: number,
): AsyncGenerator<Leaf> {
  async function* descend(cid: CID, at: number, size: number, depth: number, held: number): AsyncGenerator<Leaf> {
    if (depth > MAX_DEPTH) throw unsupportedUnixfs(cid, 'its tree is too deep');
    if (cid.code === RAW) {
      yield { cid, begin: at, size };
      return;
    }
    const node = await readUnixfsNode(cid, getBlock);
    if (node.kind === 'folder') throw unsupportedUnixfs(cid, 'it has a folder in the place of bytes');
    if (node.kind === 'leaf') {
      yield { cid, begin: at, size, bytes: node.bytes };
      return;
    }
    const links = held + node.children.length;
    if (links > MAX_HELD_LINKS) throw unsupportedUnixfs(cid, 'its tree has too many links');
    if (node.size !== size) throw unsupportedUnixfs(cid, 'the sizes of its parts do not add up');
    let position = at;
    for (const child of node.children) {
      if (position < end && position + child.size > begin)
        yield* descend(child.cid, position, child.size, depth + 1, links);
      position += child.size;
    }
  }
  yield* descend(root, 0, bytes, 0, 0);
}

async function leafBytes({ cid, size, bytes }: Leaf, getBlock: GetCheckedBlock): Promise<Uint8Array> {
  const block = bytes ?? (await getBlock(cid));
  if (block.byteLength !== size) throw unsupportedUnixfs(cid, 'a part has another size than its parent states');
  return block;
}

/** Throws `IPFS_UNSUPPORTED` when much more is read than has arrived, the same parts again and again. */
function createRepeatsGuard(): (cid: CID, bytes: number) => void {
  const seen = new Set<string>();
  let [arrived, read] = [0, 0];
  return (cid, bytes) => {
    const cost = Math.max(bytes, MIN_PART_BYTES);
    const name = cid.toString();
    if (!seen.has(name)) arrived += cost;
    seen.add(name);
    read += cost;
    if (read > FREE_BYTES + MAX_REPEATS * arrived) throw unsupportedUnixfs(cid, 'it repeats the same parts too often');
  };
}

export interface ReadUnixfsParameters {
  readonly cid: CID;
  /** Size of the whole file, as its root node states. */
  readonly bytes: number;
  readonly getBlock: GetCheckedBlock;
  readonly begin: number;
  readonly end: number;
}

/** The bytes [begin, end) in order. Throws `IPFS_UNSUPPORTED`, or what `getBlock` throws. */
export async function* readUnixfs(parameters: ReadUnixfsParameters): AsyncGenerator<Uint8Array> {
  const { cid, bytes, getBlock, begin, end } = parameters;
  const leaves = walkLeaves(cid, bytes, getBlock, begin, end);
  const waiting: { cid: CID; begin: number; size: number; bytes: Promise<Uint8Array> }[] = [];
  const guardRepeats = createRepeatsGuard();
  let more = true;
  for (;;) {
    while (more && waiting.length < MAX_AHEAD) {
      const { value, done } = await leaves.next();
      more = done !== true;
      if (value === undefined) break;
      const promise = leafBytes(value, getBlock);
      // Its reader may have left before it fails.
      promise.catch(() => undefined);
      waiting.push({ cid: value.cid, begin: value.begin, size: value.size, bytes: promise });
    }
    const next = waiting.shift();
    if (next === undefined) return;
    const leaf = await next.bytes;
    guardRepeats(next.cid, leaf.byteLength);
    yield leaf.subarray(Math.max(0, begin - next.begin), Math.min(next.size, end - next.begin));
  }
}
