// Adapters that this browser trained, imported or fetched: a record in a table, files in the private file system.
import { bytesToHex } from '../lib/bytes.ts';
import { sha256Async } from '../lib/sha256Async.ts';
import { type AdapterRecord, database } from './database.ts';
import { deleteFile, readFile, safeName, writeFile } from './files.ts';
import { guardWrite } from './guard.ts';

/** By name: `adapter_config.json`, `adapter_model.safetensors`, and where known `index.cbor`, `rows.jsonl`. */
export type AdapterFiles = Readonly<Record<string, Uint8Array>>;

const fileName = (id: string, name: string): string => `${id}--${name}`;

async function writeFiles(id: string, files: AdapterFiles): Promise<AdapterRecord['files']> {
  const listed: { name: string; bytes: number; sha256: string }[] = [];
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile('adapters', fileName(id, name), bytes, { adapter: id, name });
    listed.push({ name, bytes: bytes.byteLength, sha256: bytesToHex(await sha256Async(bytes)) });
  }
  return listed;
}

/** Writes the files, then the record: an adapter that is listed is whole. Replaces one of the same id. */
export async function saveAdapter(record: Omit<AdapterRecord, 'files'>, files: AdapterFiles): Promise<AdapterRecord> {
  const whole: AdapterRecord = { ...record, files: await writeFiles(record.id, files) };
  await guardWrite(() => database().adapters.put(whole));
  return whole;
}

/**
 * Writes more files of an adapter, then lists them in its record. Its other files are not touched: without room, or with a page that
 * goes away, it stays as it was. False when it was deleted meanwhile.
 */
export async function addAdapterFiles(id: string, files: AdapterFiles): Promise<boolean> {
  const added = await writeFiles(id, files);
  const count = await guardWrite(() =>
    database()
      .adapters.where('id')
      .equals(id)
      .modify((record, place) => {
        const others = record.files.filter(({ name }) => !Object.hasOwn(files, name));
        place.value = { ...record, files: [...others, ...added] };
      }),
  );
  if (count > 0) return true;
  for (const { name } of added) await deleteFile('adapters', fileName(id, name));
  return false;
}

/** One file of a kept adapter, or undefined. */
export async function readAdapterFile(id: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const blob = await readFile('adapters', fileName(id, name));
  return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
}

export async function deleteAdapter(id: string): Promise<void> {
  const record = await database().adapters.get(id);
  await database().adapters.delete(id);
  for (const { name } of record?.files ?? []) await deleteFile('adapters', fileName(id, name));
}

/** The adapter that a file of area `adapters` is part of, also where the file no longer says so itself. */
export async function adapterOfFile(storedName: string): Promise<string | undefined> {
  const records = await database().adapters.toArray();
  return records.find(({ id, files }) => files.some(({ name }) => safeName(fileName(id, name)) === storedName))?.id;
}
