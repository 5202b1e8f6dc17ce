// blockstore-idb with one fix: structured clone writes the whole ArrayBuffer behind a view, and bitswap returns views into
// messages of many blocks (measured: up to 58 times the disk space). Each block is first copied to a buffer of exactly its
// size.
import { IDBBlockstore } from 'blockstore-idb';
import { concatBytes, ownBytes } from '../lib/bytes.ts';

type Put = IDBBlockstore['put'];

export class ExactBufferBlockstore extends IDBBlockstore {
  override async put(...[key, value, options]: Parameters<Put>): ReturnType<Put> {
    if (value instanceof Uint8Array) return super.put(key, ownBytes(value), options);
    const parts: Uint8Array[] = [];
    for await (const part of value) parts.push(part);
    return super.put(key, concatBytes(parts), options);
  }
}
