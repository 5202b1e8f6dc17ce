// Stores and signers for this domain's tests: real CIDs in a Map, real EIP-191 signatures from known private keys. Not
// for the app.
import { privateKeyToAccount } from 'viem/accounts';
import { verifyMessage } from 'viem/utils';
import { cidOf } from '../../src/datanet/cids.ts';
import type { Address, BlockStore, FileStore, Signer, Verify } from '../../src/datanet/types.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import type { Cid } from '../../src/lib/units.ts';

export interface MemoryStore extends BlockStore, FileStore {
  readonly map: Map<Cid, Uint8Array>;
}

export function createMemoryStore(): MemoryStore {
  const map = new Map<Cid, Uint8Array>();
  const get = async (cid: Cid): Promise<Uint8Array> => {
    const bytes = map.get(cid);
    if (bytes === undefined)
      throw new TributaryError({ code: 'BLOCK_NOT_FOUND', message: 'Not here.', hint: 'None.', facts: { cid } });
    return bytes;
  };
  const put = async (bytes: Uint8Array, codec: 'raw' | 'dag-cbor'): Promise<Cid> => {
    const cid = await cidOf(bytes, codec);
    map.set(cid, bytes);
    return cid;
  };
  return {
    map,
    get,
    put,
    putFile: (bytes) => put(bytes, 'raw'),
    async *readFile(cid) {
      const bytes = await get(cid);
      for (let at = 0; at < bytes.byteLength; at += 1_000) yield bytes.subarray(at, at + 1_000);
    },
  };
}

/** Signer of the private key `n` (a small number, written out to 32 bytes). */
export function createTestSigner(n: number): Signer {
  const account = privateKeyToAccount(`0x${n.toString(16).padStart(64, '0')}`);
  return { address: account.address, signMessage: (bytes) => account.signMessage({ message: { raw: bytes } }) };
}

export const verify: Verify = (address: Address, bytes, signature) =>
  verifyMessage({ address, message: { raw: bytes }, signature });
