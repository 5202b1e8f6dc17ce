// A file of the configuration as a Blob: from this browser when it is stored, else by HTTP, and whether this browser stores any.
// What fetches them is loaded when there is something to fetch.
import { type FileArea, fileObstacle, fileStore } from '../../store/index.ts';
import type { ConfigFile } from './config.ts';
import type { DownloadOptions } from './fetchAndStore.ts';

let choseMemory = false;

/** For a full browser: until the page is left, files stay in memory and are not stored. */
export function goOnFromMemory(): void {
  choseMemory = true;
}

/** Whether files stay in memory: because the user chose it, or because this browser can store none. */
export async function isMemoryOnly(): Promise<boolean> {
  return choseMemory || (await fileObstacle()) !== undefined;
}

/**
 * The whole file. Throws `APP_DOWNLOAD_FAILED`, `APP_FILE_HASH_MISMATCH`, `STORE_QUOTA_EXCEEDED`, `ABORTED`. Small files
 * without a hash (configuration, rows) are not stored: the HTTP cache does that.
 */
export async function download(area: FileArea, file: ConfigFile, options: DownloadOptions = {}): Promise<Blob> {
  const { bytes, sha256 } = file;
  if (sha256 === undefined) {
    const { request } = await import('./fetchAndStore.ts');
    return (await request(file, options)).blob();
  }
  const stored = await fileStore(area).read(sha256);
  if (stored !== undefined && (bytes === undefined || stored.blob.size === bytes)) return stored.blob;
  const { fetchAndStore } = await import('./fetchAndStore.ts');
  return fetchAndStore({ area, file: { ...file, sha256 }, inMemory: await isMemoryOnly(), options });
}
