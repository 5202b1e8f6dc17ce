// One file of any source, read in two ways: sliced, for its header, and in order, as a whole.
import type { BlobLike } from '../../lib/blobLike.ts';
import { type GetBlock, gatewayBlocks } from '../ipfs/blockSource.ts';
import { openUnixfsBlob, readUnixfs } from '../ipfs/openUnixfs.ts';
import { openRemoteBlob } from '../remote/openRemoteBlob.ts';
import { readRemote } from '../remote/readRemote.ts';
import type { SourceFile } from '../types.ts';
import { readBlob } from './readBlob.ts';

/** What reading needs besides the file. None of it is stored. */
export interface Access {
  /** The user's token for a Hub. */
  readonly token?: string | undefined;
  /** Blocks from peers, for content without a gateway. */
  readonly getBlock: GetBlock;
  readonly signal?: AbortSignal | undefined;
}

/** Where the blocks of a file or folder come from: its gateway, or peers. */
export function blocksOf({ gateway }: { readonly gateway?: string }, { getBlock }: Access): GetBlock {
  return gateway === undefined ? getBlock : gatewayBlocks(gateway);
}

/** The file as something that can be sliced; the first slice sends the first request. */
export function openFile({ bytes, location }: SourceFile, access: Access): BlobLike {
  const { token, signal } = access;
  switch (location.kind) {
    case 'blob':
      return location.blob;
    case 'http':
      return openRemoteBlob({ ...location, bytes, token, signal });
    case 'ipfs':
      return openUnixfsBlob({ cid: location.cid, bytes, getBlock: blocksOf(location, access), signal });
  }
}

/** The bytes of the file from `from` on, in order; exactly as many as announced, or it throws. */
export async function* readFile(file: SourceFile, from: number, access: Access): AsyncGenerator<Uint8Array> {
  const { bytes, location } = file;
  const { token, signal } = access;
  switch (location.kind) {
    case 'blob':
      yield* readBlob(location.blob, from, signal);
      return;
    case 'http':
      yield* readRemote({ ...location, bytes, from, token, signal });
      return;
    case 'ipfs': {
      const { cid } = location;
      yield* readUnixfs({ cid, bytes, getBlock: blocksOf(location, access), signal, begin: from, end: bytes });
    }
  }
}
