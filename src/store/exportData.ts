// All data of this browser: exported as one JSON document, imported again, wiped. Private keys and files (models, checkpoints)
// are never part of an export.
import { bytesToHex, hexToBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { database } from './database.ts';
import { deleteFile, type FileArea, listFiles } from './files.ts';
import { guardWrite } from './guard.ts';

const FORMAT = 'tributary-export';
const TABLES = ['chats', 'messages', 'drafts', 'receipts', 'vouchers', 'runs', 'contributions'] as const;

function encode(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: value.toString() };
  return value instanceof Uint8Array ? { $bytes: bytesToHex(value) } : value;
}

function decode(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$bytes' in value && typeof value.$bytes === 'string') return hexToBytes(value.$bytes);
  if ('$bigint' in value && typeof value.$bigint === 'string') return BigInt(value.$bigint);
  return value;
}

/** One JSON document with every table but the keys. */
export async function exportData(): Promise<Blob> {
  const tables: Record<string, unknown[]> = {};
  for (const name of TABLES) tables[name] = await database().table(name).toArray();
  const document = { format: FORMAT, version: 1, exportedAt: new Date().toISOString(), tables };
  return new Blob([JSON.stringify(document, encode, 1)], { type: 'application/json' });
}

/** Puts an export back; records of the same id are replaced. Returns how many. Throws `STORE_EXPORT_INVALID`. */
export async function importData(blob: Blob): Promise<number> {
  let document: { format?: unknown; version?: unknown; tables?: Record<string, unknown> } | null;
  try {
    document = JSON.parse(await blob.text(), decode);
  } catch (cause) {
    throw invalid('not JSON', cause);
  }
  const tables = document?.tables;
  if (document?.format !== FORMAT || document.version !== 1 || typeof tables !== 'object')
    throw invalid('wrong format or version');
  let count = 0;
  for (const name of TABLES) {
    const records = tables[name] ?? [];
    if (!Array.isArray(records)) throw invalid(`table ${name} is no list`);
    await guardWrite(() => database().table(name).bulkPut(records), blob.size);
    count += records.length;
  }
  return count;
}

function invalid(reason: string, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'STORE_EXPORT_INVALID',
    message: 'This file is not an export of Tributary.',
    facts: { reason },
    hint: 'Choose a file that "Export everything" wrote.',
    cause,
  });
}

/** Deletes every record and file of this origin, keys included. There is no way back. */
export async function wipeData(): Promise<void> {
  for (const area of ['models', 'adapters', 'checkpoints'] satisfies FileArea[]) {
    for (const file of await listFiles(area)) await deleteFile(area, file.name);
  }
  await database().delete({ disableAutoOpen: false });
  for (const { name } of await indexedDB.databases()) {
    if (name !== undefined && name !== 'tributary') indexedDB.deleteDatabase(name);
  }
  localStorage.clear();
}
