import { bytesToHex, hexToBytes } from '../lib/bytes.ts';
import type { Json } from '../lib/canonicalJson.ts';
import { TributaryError } from '../lib/errors.ts';
import { sha256Async } from '../lib/sha256Async.ts';
import type { Cid } from '../lib/units.ts';
import { parseCid } from './cids.ts';
import { MAX_ADAPTER_BYTES } from './limits.ts';
import { accountOf, signDocument } from './signedDocument.ts';
import type { AdapterManifest, BlockStore, FileLink, FileStore, ReadOptions, Signer } from './types.ts';

export interface PublishAdapterParameters extends ReadOptions {
  readonly name: string;
  readonly licence: string;
  readonly base: { readonly name: string; readonly sha256: string };
  /** `adapter_config.json`. */
  readonly config: { readonly [key: string]: Json };
  /** `adapter_model.safetensors`. */
  readonly weights: Uint8Array;
  /** Attribution index, when one was built. */
  readonly index: Uint8Array | null;
  readonly datanets: readonly string[];
  readonly contributions: readonly Cid[];
  /** Settings, seed, losses: enough for a stranger to repeat the run. */
  readonly training: { readonly [key: string]: Json };
  readonly signer: Signer;
  readonly blocks: BlockStore;
  readonly files: FileStore;
  readonly timestamp: number;
  readonly chainId?: number;
}

/** Stores weights and index as UnixFS files and a signed manifest that links them. Throws `ADAPTER_TOO_LARGE`, and errors of signer and stores. */
export async function publishAdapter(
  parameters: PublishAdapterParameters,
): Promise<{ readonly cid: Cid; readonly manifest: AdapterManifest }> {
  const {
    name,
    licence,
    base,
    config,
    weights,
    index,
    datanets,
    contributions,
    training,
    signer,
    blocks,
    files,
    timestamp,
    chainId = 1,
    signal,
  } = parameters;

  async function store(bytes: Uint8Array): Promise<FileLink> {
    if (bytes.byteLength === 0 || bytes.byteLength > MAX_ADAPTER_BYTES) {
      throw new TributaryError({
        code: 'ADAPTER_TOO_LARGE',
        message: `A file of an adapter must have 1 to ${MAX_ADAPTER_BYTES} bytes.`,
        facts: { bytes: bytes.byteLength, maxBytes: MAX_ADAPTER_BYTES },
        hint: 'Train with a smaller rank or on fewer modules.',
      });
    }
    signal?.throwIfAborted();
    return {
      cid: await files.putFile(bytes, { signal }),
      bytes: bytes.byteLength,
      sha256: bytesToHex(await sha256Async(bytes)),
    };
  }
  const encoded = (link: FileLink): Record<string, unknown> => ({
    cid: parseCid(link.cid),
    bytes: link.bytes,
    sha256: hexToBytes(link.sha256),
  });

  const weightsLink = await store(weights);
  const indexLink = index === null ? null : await store(index);
  const facts = {
    v: 1,
    type: 'adapter',
    name,
    author: accountOf(signer.address, chainId),
    ts: timestamp,
    license: licence,
    config,
    datanets,
    training,
  } as const;
  const { cid, sig, statement } = await signDocument({
    body: {
      ...facts,
      base: { name: base.name, sha256: hexToBytes(base.sha256) },
      weights: encoded(weightsLink),
      contributions: contributions.map(parseCid),
      index: indexLink === null ? null : encoded(indexLink),
    },
    signer,
    blocks,
    signal,
  });
  return { cid, manifest: { ...facts, base, weights: weightsLink, contributions, index: indexLink, sig, statement } };
}
