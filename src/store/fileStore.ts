import {
  deleteFile,
  type FileArea,
  type FileWriter,
  openFileWriter,
  readFile,
  readFileFacts,
  storedBytes,
} from './files.ts';
import { persistStorage, requireSpace } from './guard.ts';

/** The files of one area, as something that is handed to whoever keeps files there. */
export interface FileStore {
  open(name: string): Promise<FileWriter>;
  /** The file, when it is whole, with the facts that `finish` was given. */
  read(name: string): Promise<{ readonly blob: Blob; readonly facts: Readonly<Record<string, string>> } | undefined>;
  /** Stored bytes of a file, whole or not. */
  sizeOf(name: string): Promise<number>;
  remove(name: string): Promise<void>;
  /** Throws `STORE_QUOTA_EXCEEDED`. */
  requireSpace(bytes: number): Promise<void>;
  /** Asks the browser not to clear what is stored. */
  persist(): Promise<boolean>;
}

export function fileStore(area: FileArea): FileStore {
  return {
    open: (name) => openFileWriter(area, name),
    async read(name) {
      const [blob, facts] = await Promise.all([readFile(area, name), readFileFacts(area, name)]);
      return blob === undefined || facts === undefined ? undefined : { blob, facts };
    },
    sizeOf: (name) => storedBytes(area, name),
    remove: (name) => deleteFile(area, name),
    requireSpace,
    persist: persistStorage,
  };
}
