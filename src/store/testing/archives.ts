// Safety copies in memory, and archives taken apart and put together again.
import { BlobReader, BlobWriter, ZipReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { bytesToHex } from '../../lib/bytes.ts';
import { sha256Async } from '../../lib/sha256Async.ts';
import { type WriteSafetyCopyParameters, type WrittenCopy, writeSafetyCopy } from '../safetyCopy/writeSafetyCopy.ts';

export const PASSWORD = 'correct horse battery';

export async function copyToBlob(
  choice: Partial<WriteSafetyCopyParameters> = {},
): Promise<WrittenCopy & { readonly blob: Blob }> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const whole = new Response(readable).blob();
  whole.catch(() => undefined);
  const written = await writeSafetyCopy({
    target: writable,
    password: PASSWORD,
    models: false,
    openKey: async (stored) => stored,
    ...choice,
  });
  return { ...written, blob: await whole };
}

export type Entries = Map<string, Uint8Array<ArrayBuffer>>;

export async function unpack(archive: Blob): Promise<Entries> {
  const entries: Entries = new Map();
  for (const entry of await new ZipReader(new BlobReader(archive)).getEntries()) {
    if (entry.directory) continue;
    entries.set(entry.filename, new Uint8Array(await (await entry.getData(new BlobWriter())).arrayBuffer()));
  }
  return entries;
}

/** An archive of entries whose manifest agrees with them, whatever else it says. */
export async function packFitting(entries: Entries): Promise<Blob> {
  const manifest = JSON.parse(new TextDecoder().decode(entries.get('manifest.json')));
  const listed = [];
  for (const [path, bytes] of entries) {
    if (path !== 'manifest.json')
      listed.push({ path, bytes: bytes.byteLength, sha256: bytesToHex(await sha256Async(bytes)) });
  }
  return pack(
    new Map(entries).set('manifest.json', new TextEncoder().encode(JSON.stringify({ ...manifest, entries: listed }))),
  );
}

export async function pack(entries: Entries): Promise<Blob> {
  const zip = new ZipWriter(new BlobWriter());
  for (const [path, bytes] of entries) await zip.add(path, new BlobReader(new Blob([bytes])));
  return zip.close();
}
