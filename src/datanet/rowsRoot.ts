// RFC 6962 Merkle tree over row hashes (section 2.1). Leaves and inner nodes are hashed with different first bytes, so that
// an inner node cannot pass for a row. The root of no rows is SHA-256 of nothing.
import { bytesToHex, hexToBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { sha256 } from '../lib/hash.ts';
import type { RowHash } from '../lib/units.ts';

type Digest = Uint8Array;

function digest(hash: string): Digest {
  const bytes = hexToBytes(hash);
  if (bytes.byteLength !== 32) {
    throw new TributaryError({
      code: 'ROW_HASH_INVALID',
      message: 'A row hash is 32 bytes, written as 64 hexadecimal digits.',
      facts: { value: hash.slice(0, 80) },
      hint: 'Take the hash from rowHash().',
    });
  }
  return bytes;
}

function inner(left: Digest, right: Digest): Digest {
  const node = new Uint8Array(65);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}

/** The largest power of two below `count` (count >= 2): where RFC 6962 splits. */
function split(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1));
}

function root(leaves: readonly Digest[], start: number, count: number): Digest {
  if (count === 1) return leaves[start] as Digest;
  const left = split(count);
  return inner(root(leaves, start, left), root(leaves, start + left, count - left));
}

/** The root of hashes that are added one after another. It holds one digest for each level of the tree, and no leaf. */
export function createRootBuilder(): { add(hash: RowHash): void; root(): string } {
  /** Roots of full trees from left to right, each smaller than the one before: the bits of `count`. */
  const full: Digest[] = [];
  let count = 0;
  return {
    add(hash) {
      let node = digest(hash);
      for (let rest = count; rest % 2 === 1; rest = Math.floor(rest / 2)) node = inner(full.pop() as Digest, node);
      full.push(node);
      count += 1;
    },
    root: () =>
      bytesToHex(full.length === 0 ? sha256(new Uint8Array(0)) : full.reduceRight((right, left) => inner(left, right))),
  };
}

/** Root of `hashes` in order, 64 hexadecimal digits. */
export function rowsRoot(hashes: readonly RowHash[]): string {
  const builder = createRootBuilder();
  for (const hash of hashes) builder.add(hash);
  return builder.root();
}

function path(leaves: readonly Digest[], index: number, start: number, count: number): Digest[] {
  if (count === 1) return [];
  const left = split(count);
  return index < left
    ? [...path(leaves, index, start, left), root(leaves, start + left, count - left)]
    : [...path(leaves, index - left, start + left, count - left), root(leaves, start, left)];
}

/** Audit path of row `index`, from the leaf upwards: log2(count) hashes. Throws `ROW_INDEX_OUTSIDE`. */
export function inclusionProof(hashes: readonly RowHash[], index: number): string[] {
  if (!Number.isInteger(index) || index < 0 || index >= hashes.length) {
    throw new TributaryError({
      code: 'ROW_INDEX_OUTSIDE',
      message: 'There is no row with this index.',
      facts: { index, count: hashes.length },
      hint: 'Give an index from 0 to count - 1.',
    });
  }
  return path(hashes.map(digest), index, 0, hashes.length).map(bytesToHex);
}

export interface VerifyInclusionParameters {
  readonly hash: RowHash;
  readonly index: number;
  readonly count: number;
  readonly proof: readonly string[];
  readonly root: string;
}

/** Whether `proof` shows that row `index` of `count` has `hash` under `root` (RFC 9162, section 2.1.3.2). Never throws. */
export function verifyInclusion({ hash, index, count, proof, root: expected }: VerifyInclusionParameters): boolean {
  if (!Number.isInteger(index) || !Number.isInteger(count) || index < 0 || index >= count) return false;
  const isDigest = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
  if (!isDigest(hash) || !isDigest(expected) || !proof.every(isDigest)) return false;
  let node: Digest = hexToBytes(hash);
  let position = index;
  let last = count - 1;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      node = inner(hexToBytes(sibling), node);
      // A last node without a sibling moves up unchanged until it is a right child.
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    } else {
      node = inner(node, hexToBytes(sibling));
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && bytesToHex(node) === expected;
}
