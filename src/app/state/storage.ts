// What this browser stores, for the settings: how much, which files, how many records; safety copies of it, out and in.

import type { SignedVoucher } from '../../settlement/index.ts';
import {
  adapterOfFile,
  type Change,
  type CopyProgress,
  database,
  deleteAdapter,
  deleteFile,
  estimateStorage,
  fileObstacle,
  freeStorage,
  guardWrite,
  listFiles,
  type SafetyCopy,
  type StorageEstimateReport,
  type StoredFile,
  safetyCopies,
  type VoucherRecord,
  type WrittenCopy,
} from '../../store/index.ts';
import { keepPrivateKey, openPrivateKey } from './keys.ts';
import { deployment } from './settlement.ts';

export { persistStorage } from '../../store/index.ts';
export type { Change, CopyProgress, SafetyCopy, StoredFile, WrittenCopy };

const areas = ['models', 'adapters', 'checkpoints'] as const;

/** `free`: bytes; undefined where the browser gives every page the same quota, which says nothing about free space. */
export async function storageEstimate(): Promise<StorageEstimateReport & { readonly free: number | undefined }> {
  return { ...(await estimateStorage()), free: await freeStorage() };
}

/** Largest first. Throws `STORE_UNAVAILABLE` where this browser cannot store files. */
export async function storedFiles(): Promise<StoredFile[]> {
  const obstacle = await fileObstacle();
  if (obstacle !== undefined) throw obstacle;
  const lists = await Promise.all(areas.map(listFiles));
  return lists.flat().sort((left, right) => right.bytes - left.bytes);
}

export interface RecordCounts {
  readonly chats: number;
  readonly receipts: number;
  readonly vouchers: number;
  readonly contributions: number;
}

/** Reads the database: use inside `createLive` to follow it. */
export async function recordCounts(): Promise<RecordCounts> {
  const tables = database();
  const [chats, receipts, vouchers, contributions] = await Promise.all([
    tables.chats.count(),
    tables.receipts.count(),
    tables.vouchers.count(),
    tables.contributions.count(),
  ]);
  return { chats, receipts, vouchers, contributions };
}

/** Deletes the file, or the whole adapter or model that it is part of: half of it would be of no use. */
export async function deleteStoredFile(file: StoredFile): Promise<void> {
  const adapter = file.area === 'adapters' ? (file.facts['adapter'] ?? (await adapterOfFile(file.name))) : undefined;
  const { library, modelOfStoredFile } = await import('./models/library.ts');
  const model = file.area === 'models' ? await modelOfStoredFile(file.name) : undefined;
  if (adapter !== undefined) await deleteAdapter(adapter);
  else if (model !== undefined) await library.remove(model);
  else await deleteFile(file.area, file.name);
}

export async function deleteAllChats(): Promise<void> {
  await database().messages.clear();
  await database().chats.clear();
}

/** Where a copy is written before the browser takes it over as a download: on disk, since memory may not hold it. */
const COPY_FILE = 'safety-copy.zip';

/** Chromium's; not in TypeScript's library. */
interface SavePicker {
  readonly showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;
}

interface CopyTarget {
  readonly stream: WritableStream<Uint8Array>;
  /** The whole copy, for the browser to download; absent where it was written where the person said. */
  finished(): Promise<Blob | undefined>;
}

async function copyTarget(fileName: string, isLarge: boolean): Promise<CopyTarget> {
  // With models a copy takes gigabytes, which would lie on this disk twice.
  const { showSaveFilePicker } = window as SavePicker;
  if (isLarge && showSaveFilePicker !== undefined) {
    const handle = await showSaveFilePicker({ suggestedName: fileName });
    return { stream: await handle.createWritable(), finished: async () => undefined };
  }
  if ((await fileObstacle()) === undefined) {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle(COPY_FILE, { create: true });
    return { stream: await handle.createWritable(), finished: () => handle.getFile() };
  }
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const whole = new Response(readable).blob();
  // A copy that failed is told by its writer.
  whole.catch(() => undefined);
  return { stream: writable, finished: () => whole };
}

export interface CopyFacts {
  /** Bytes of the files in it, models apart. */
  readonly bytes: number;
  readonly modelBytes: number;
  /** There are private keys, which are encrypted by a password. */
  readonly hasKeys: boolean;
}

/** What a safety copy would hold. */
export async function copyFacts(): Promise<CopyFacts> {
  const copies = await safetyCopies();
  return { ...(await copies.safetyCopySize()), hasKeys: await copies.hasPrivateKeys() };
}

/**
 * Writes everything into one file and has the browser save it. Throws `KEYS_PASSWORD_SHORT`, `KEYS_LOCKED`, `STORE_QUOTA_EXCEEDED`;
 * `AbortError` when it was cancelled.
 */
export async function saveCopy(choice: {
  readonly password: string;
  readonly models: boolean;
  onProgress(progress: CopyProgress): void;
  readonly signal: AbortSignal;
}): Promise<WrittenCopy> {
  const fileName = `tributary-${new Date().toISOString().slice(0, 10)}.zip`;
  // First: a browser shows its dialog for files only right after a click.
  const target = await copyTarget(fileName, choice.models);
  const { writeSafetyCopy } = await safetyCopies();
  const written = await guardWrite(() =>
    writeSafetyCopy({ ...choice, target: target.stream, openKey: openPrivateKey }),
  );
  const blob = await target.finished();
  if (blob !== undefined) {
    const url = URL.createObjectURL(new Blob([blob], { type: 'application/zip' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = fileName;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
  return written;
}

/** Deletes what an earlier visit's copy left; the browser has saved it by now. */
export async function forgetCopy(): Promise<void> {
  if ((await fileObstacle()) !== undefined) return;
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(COPY_FILE).catch(() => undefined);
}

/** Reads and checks a file, and compares it with what is here. Throws as `readSafetyCopy`. */
export async function openCopy(
  file: Blob,
  options: { onProgress(progress: CopyProgress): void; readonly signal: AbortSignal },
): Promise<{ readonly copy: SafetyCopy; readonly changes: readonly Change[] }> {
  const copies = await safetyCopies();
  const copy = await copies.readSafetyCopy(file, options);
  return { copy, changes: await copies.compareSafetyCopy(copy) };
}

/** A voucher of another chain, or of one that was started anew, is void, whoever signed it. */
async function isSigned(record: unknown): Promise<boolean> {
  const known = await deployment();
  const voucher = record as VoucherRecord;
  if (known === undefined || !voucher.id.startsWith(known.genesisHash.toLowerCase())) return true;
  const { verifySignedVoucher } = await import('../../settlement/index.ts');
  return verifySignedVoucher({ deployment: known, signed: voucher.signed as SignedVoucher });
}

async function closeKey(privateKey: string): Promise<string> {
  let stored = privateKey;
  await keepPrivateKey(privateKey, async (kept) => {
    stored = kept;
  });
  return stored;
}

/** Imports what `openCopy` returned. Returns how many records, files, blocks and keys changed. Throws as `importSafetyCopy`. */
export async function bringInCopy(choice: {
  readonly copy: SafetyCopy;
  readonly conflicts: 'keep' | 'replace';
  readonly password: string | undefined;
  onProgress(progress: CopyProgress): void;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { importSafetyCopy } = await safetyCopies();
  const { password, ...rest } = choice;
  return importSafetyCopy({ ...rest, ...(password === undefined ? {} : { password }), closeKey, isSigned });
}
