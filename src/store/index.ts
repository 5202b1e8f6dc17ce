// Storage of this browser: tables (Dexie), files (OPFS), quota, export and wipe. It knows neither screens nor chain.
export { liveQuery } from 'dexie';
export {
  type AdapterFiles,
  adapterOfFile,
  addAdapterFiles,
  deleteAdapter,
  readAdapterFile,
  saveAdapter,
} from './adapters.ts';
export { deleteCheckpoints, latestCheckpoint, saveCheckpoint } from './checkpoints.ts';
export { type DamagedRecord, followDamagedRecords } from './damagedRecords.ts';
export {
  type AdapterRecord,
  type AnswerUsage,
  type ChatRecord,
  type ContributionRecord,
  database,
  type MessageRecord,
  type ReceiptRecord,
  type RunRecord,
  type SessionRecord,
  type VoucherRecord,
} from './database.ts';
export type { Leftover } from './eraseEverything.ts';
export { eraseEverything } from './erasing.ts';
export { eventTables } from './events.ts';
export { type FileStore, fileStore } from './fileStore.ts';
export {
  deleteFile,
  type FileArea,
  fileObstacle,
  listFiles,
  openFileWriter,
  readFile,
  type StoredFile,
  storedBytes,
  writeFile,
} from './files.ts';
export { estimateStorage, freeStorage, guardWrite, persistStorage, type StorageEstimateReport } from './guard.ts';
export {
  deleteModelPlan,
  listModelIds,
  listModelPlans,
  readModelPlan,
  updateModelPlan,
  writeModelPlan,
} from './models.ts';
export type { Change } from './safetyCopy/importSafetyCopy.ts';
export type { SafetyCopy } from './safetyCopy/readSafetyCopy.ts';
export { safetyCopies } from './safetyCopy/safetyCopies.ts';
export type { CopyProgress, WrittenCopy } from './safetyCopy/writeSafetyCopy.ts';
export { sealing } from './sealing.ts';
export type { SealedKeys, SealSecret } from './sealKeys.ts';
export { deleteSetting, readSetting, writeSetting } from './settings.ts';
