// One node of a UnixFS file or folder: dag-pb or a raw leaf. It knows neither where blocks come from nor who checks them against
// their CID: that is the reader's `getBlock`. Specification: specs.ipfs.tech/unixfs.
import { code as DAG_PB, decode, type PBNode } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import type { CID } from 'multiformats/cid';
import { TributaryError, toTributaryError } from '../errors.ts';

/** The bytes of a block that have been checked against its CID. */
export type GetCheckedBlock = (cid: CID) => Promise<Uint8Array>;

export type UnixfsNode =
  | { readonly kind: 'leaf'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'tree';
      readonly size: number;
      /** The parts that have bytes. */
      readonly children: readonly { readonly cid: CID; readonly size: number }[];
    }
  | { readonly kind: 'folder'; readonly entries: readonly { readonly name: string; readonly cid: CID }[] };

export const RAW = 0x55;

export function unsupportedUnixfs(cid: CID, reason: string): TributaryError {
  return new TributaryError({
    code: 'IPFS_UNSUPPORTED',
    message: `This is not a file or folder that can be read here: ${reason}.`,
    facts: { cid: cid.toString() },
    hint: 'Add it again as a UnixFS file or as a plain folder.',
  });
}

function decodeNode(cid: CID, block: Uint8Array): { node: PBNode; unixfs: UnixFS } {
  try {
    const node = decode(block);
    return { node, unixfs: UnixFS.unmarshal(node.Data ?? new Uint8Array()) };
  } catch (cause) {
    throw unsupportedUnixfs(cid, toTributaryError(cause).message);
  }
}

/** Throws `IPFS_UNSUPPORTED`, or what `getBlock` throws. */
export async function readUnixfsNode(cid: CID, getBlock: GetCheckedBlock): Promise<UnixfsNode> {
  if (cid.code !== RAW && cid.code !== DAG_PB) throw unsupportedUnixfs(cid, `its codec is 0x${cid.code.toString(16)}`);
  const block = await getBlock(cid);
  if (cid.code === RAW) return { kind: 'leaf', bytes: block };
  const { node, unixfs } = decodeNode(cid, block);
  if (unixfs.type === 'directory')
    return { kind: 'folder', entries: node.Links.map(({ Name, Hash }) => ({ name: Name ?? '', cid: Hash as CID })) };
  if (unixfs.type !== 'file' && unixfs.type !== 'raw') throw unsupportedUnixfs(cid, `it is a ${unixfs.type}`);
  if (node.Links.length === 0) return { kind: 'leaf', bytes: unixfs.data ?? new Uint8Array() };
  const sizes = unixfs.blockSizes.map(Number);
  const size = sizes.reduce((total, each) => total + each, 0);
  const valid = sizes.length === node.Links.length && sizes.every((each) => Number.isSafeInteger(each) && each >= 0);
  if (!valid || !Number.isSafeInteger(size) || (unixfs.data?.byteLength ?? 0) > 0)
    throw unsupportedUnixfs(cid, 'the sizes of its parts do not match its links');
  return {
    kind: 'tree',
    size,
    children: node.Links.map(({ Hash }, index) => ({ cid: Hash as CID, size: sizes[index] ?? 0 })).filter(
      (child) => child.size > 0,
    ),
  };
}
