// What this browser stores, for the settings: how much, which files, how many records; taking it out, bringing it in, erasing.
import {
  database,
  deleteAdapter,
  deleteFile,
  estimateStorage,
  fileObstacle,
  freeStorage,
  listFiles,
  type StorageEstimateReport,
  type StoredFile,
} from '../../store/index.ts';
import { library, modelOfStoredFile } from './models/library.ts';

export { exportData, importData, persistStorage, wipeData } from '../../store/index.ts';
export type { StoredFile };

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
  const adapter = file.area === 'adapters' ? file.facts['adapter'] : undefined;
  const model = file.area === 'models' ? await modelOfStoredFile(file.name) : undefined;
  if (adapter !== undefined) await deleteAdapter(adapter);
  else if (model !== undefined) await library.remove(model);
  else await deleteFile(file.area, file.name);
}

export async function deleteAllChats(): Promise<void> {
  await database().messages.clear();
  await database().chats.clear();
}
