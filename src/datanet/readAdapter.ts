import { bytesToHex, collectBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { createSha256 } from '../lib/hash.ts';
import { sha256Async } from '../lib/sha256Async.ts';
import { cid as branded, type Cid } from '../lib/units.ts';
import { MAX_MANIFEST_BYTES } from './limits.ts';
import { manifestSchema } from './schemas.ts';
import { readDocument } from './signedDocument.ts';
import type { AdapterManifest, BlockStore, FileLink, FileStore, ReadOptions, Verify } from './types.ts';

export interface ReadAdapterManifestParameters extends ReadOptions {
  readonly cid: Cid;
  readonly blocks: BlockStore;
  readonly verify: Verify;
}

/** The manifest, after checking its signature. Throws as `readDocument`. */
export async function readAdapterManifest(parameters: ReadAdapterManifestParameters): Promise<AdapterManifest> {
  const { document, sig, statement } = await readDocument({
    ...parameters,
    kind: 'adapter',
    schema: manifestSchema,
    maxBytes: MAX_MANIFEST_BYTES,
  });
  const fileLink = (file: typeof document.weights): FileLink => ({
    cid: branded(file.cid.toString()),
    bytes: file.bytes,
    sha256: bytesToHex(file.sha256),
  });
  return {
    ...document,
    config: document.config as AdapterManifest['config'],
    training: document.training as AdapterManifest['training'],
    base: { name: document.base.name, sha256: bytesToHex(document.base.sha256) },
    weights: fileLink(document.weights),
    contributions: document.contributions.map((link) => branded(link.toString())),
    index: document.index === null ? null : fileLink(document.index),
    sig,
    statement,
  };
}

export interface ReadAdapterParameters extends ReadAdapterManifestParameters {
  readonly files: FileStore;
}

export interface ReadAdapter {
  readonly cid: Cid;
  readonly manifest: AdapterManifest;
  readonly weights: Uint8Array;
  readonly index: Uint8Array | null;
}

function mismatch(cid: Cid, { cid: file, sha256: stated }: FileLink, actual: string): TributaryError {
  return new TributaryError({
    code: 'ADAPTER_MISMATCH',
    message: 'A file of this adapter is not the one that its author signed.',
    facts: { cid, file, stated, actual },
    hint: 'It is refused; ask its author to publish it again.',
  });
}

/** An adapter with its files, after checking their size and SHA-256. Throws `ADAPTER_MISMATCH`, as `readDocument`, and errors of the stores. */
export async function readAdapter(parameters: ReadAdapterParameters): Promise<ReadAdapter> {
  const { cid, files, signal } = parameters;
  const manifest = await readAdapterManifest(parameters);
  async function load(link: FileLink): Promise<Uint8Array> {
    const bytes = await collectBytes(files.readFile(link.cid, { signal, maxBytes: link.bytes }));
    const actual = bytesToHex(await sha256Async(bytes));
    if (bytes.byteLength !== link.bytes || actual !== link.sha256) throw mismatch(cid, link, actual);
    return bytes;
  }
  const weights = await load(manifest.weights);
  return { cid, manifest, weights, index: manifest.index === null ? null : await load(manifest.index) };
}

/** Checks an adapter as `readAdapter` does, without having a whole file in memory: for who keeps it for others. */
export async function checkAdapter(parameters: ReadAdapterParameters): Promise<AdapterManifest> {
  const { cid, files, signal } = parameters;
  const manifest = await readAdapterManifest(parameters);
  for (const link of [manifest.weights, manifest.index]) {
    if (link === null) continue;
    const hash = createSha256();
    let bytes = 0;
    for await (const part of files.readFile(link.cid, { signal, maxBytes: link.bytes })) {
      hash.update(part);
      bytes += part.byteLength;
    }
    const actual = bytesToHex(hash.digest());
    if (bytes !== link.bytes || actual !== link.sha256) throw mismatch(cid, link, actual);
  }
  return manifest;
}
