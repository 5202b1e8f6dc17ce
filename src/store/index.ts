// What this browser keeps: tables (Dexie), files (OPFS), quota, export and wipe. Knows no screens and no chain.
export { liveQuery } from 'dexie';
export { type AdapterFiles, deleteAdapter, readAdapterFile, saveAdapter } from './adapters.ts';
export { deleteCheckpoints, latestCheckpoint, saveCheckpoint } from './checkpoints.ts';
export {
  type AdapterRecord,
  type AnswerUsage,
  type ChatRecord,
  type CheckpointRecord,
  type ContributionRecord,
  type DraftRecord,
  database,
  type MessageRecord,
  type ModelRecord,
  type ReceiptRecord,
  type RunRecord,
  type SessionRecord,
  type TributaryDatabase,
  type VoucherRecord,
} from './database.ts';
export { eventTables } from './events.ts';
export { exportData, importData, wipeData } from './exportData.ts';
export { type FileStore, fileStore } from './fileStore.ts';
export {
  deleteFile,
  type FileArea,
  type FileWriter,
  fileObstacle,
  listFiles,
  openFileWriter,
  readFile,
  readFileFacts,
  type StoredFile,
  storedBytes,
  writeFile,
} from './files.ts';
export {
  estimateStorage,
  freeStorage,
  guardWrite,
  persistStorage,
  requireSpace,
  type StorageEstimateReport,
} from './guard.ts';
export { deleteModelPlan, listModelPlans, readModelPlan, updateModelPlan, writeModelPlan } from './models.ts';
export { deleteSetting, readSetting, writeSetting } from './settings.ts';
