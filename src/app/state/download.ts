// A file of the configuration as a Blob: from this browser when it is stored, else by HTTP. The models domain's downloader does
// the work; here are the place where such files are stored, their errors, and what happens in a browser that can store none.
// Units: bytes.
import { isAbort, TributaryError } from '../../lib/errors.ts';
import type { RequestOptions } from '../../models/index.ts';
import { type FileArea, type FileStore, fileObstacle, fileStore } from '../../store/index.ts';
import type { ConfigFile } from './config.ts';

export interface DownloadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | undefined;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Name in the list of stored files; default the file's name. */
  readonly title?: string | undefined;
}

let choseMemory = false;

/** For a full browser: until the page is left, files stay in memory and are not stored. */
export function goOnFromMemory(): void {
  choseMemory = true;
}

/** Whether files stay in memory: because the user chose it, or because this browser can store none. */
export async function isMemoryOnly(): Promise<boolean> {
  return choseMemory || (await fileObstacle()) !== undefined;
}

/** A store that forgets each file as soon as it is handed out. */
function memoryStore(): FileStore {
  return {
    async open() {
      const parts: Uint8Array[] = [];
      return {
        keptBytes: 0,
        kept: new Blob(),
        write: async (bytes) => void parts.push(bytes),
        finish: async () => new Blob(parts as BlobPart[]),
      };
    },
    read: async () => undefined,
    sizeOf: async () => 0,
    remove: async () => undefined,
    requireSpace: async () => undefined,
    persist: async () => false,
  };
}

function failed(file: ConfigFile, facts: Record<string, string | number>, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'APP_DOWNLOAD_FAILED',
    message: `"${file.name}" could not be downloaded.`,
    facts: { file: file.name, url: file.url, ...facts },
    hint: 'Check the connection and try again; what has arrived stays in this browser.',
    cause,
  });
}

/** What the downloader throws, as the errors of a file of the configuration. */
function toDownloadError(file: ConfigFile, error: unknown, loadedBytes: number): unknown {
  if (!(error instanceof TributaryError)) return error;
  if (error.code.startsWith('REMOTE_')) return failed(file, { loadedBytes }, error);
  if (error.code !== 'MODEL_FILE_DAMAGED') return error;
  return new TributaryError({
    code: 'APP_FILE_HASH_MISMATCH',
    message: `"${file.name}" arrived, but it is not the file that was announced.`,
    facts: {
      file: file.name,
      url: file.url,
      expected: file.sha256 ?? '',
      actual: String(error.facts['actual']),
      bytes: loadedBytes,
    },
    hint: 'None of it was stored. Try again, or use another source.',
    cause: error,
  });
}

/** A request as this page makes it: the files may lie behind a login of this site, which the models worker never uses. */
async function request(file: ConfigFile, { headers = {}, signal }: RequestOptions): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(file.url, { headers, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw failed(file, {}, error);
  }
  if (!response.ok || response.body === null) throw failed(file, { status: response.status });
  return response;
}

/**
 * The whole file. Throws `APP_DOWNLOAD_FAILED`, `APP_FILE_HASH_MISMATCH`, `STORE_QUOTA_EXCEEDED`, `ABORTED`. Small files
 * without a hash (configuration, rows) are not stored: the HTTP cache does that.
 */
export async function download(area: FileArea, file: ConfigFile, options: DownloadOptions = {}): Promise<Blob> {
  const { signal, onProgress } = options;
  const { name, bytes, sha256 } = file;
  if (sha256 === undefined) return (await request(file, { signal })).blob();
  const stored = await fileStore(area).read(sha256);
  if (stored !== undefined && (bytes === undefined || stored.blob.size === bytes)) return stored.blob;

  // Loaded by the first download: a page whose files are stored does without.
  const { fetchFile, readRemote } = await import('../../models/index.ts');
  const files = (await isMemoryOnly()) ? memoryStore() : fileStore(area);
  if (bytes !== undefined) await files.requireSpace(bytes);
  let loadedBytes = 0;
  let totalBytes = bytes;
  const read = (from: number): AsyncIterable<Uint8Array> =>
    readRemote({
      url: new URL(file.url, document.baseURI).href,
      bytes,
      from,
      signal,
      request: async (_, requestOptions = {}) => {
        const response = await request(file, requestOptions);
        const length = Number(response.headers.get('content-length') ?? 0);
        if (length > 0) totalBytes ??= length + (response.status === 206 ? from : 0);
        return response;
      },
    });
  try {
    const { blob } = await fetchFile({
      file: { name, bytes, sha256 },
      storedName: sha256,
      facts: { title: options.title ?? name, url: file.url },
      files,
      read,
      signal,
      onProgress: (doneBytes) => {
        loadedBytes = doneBytes;
        onProgress?.({ loadedBytes, totalBytes });
      },
    });
    await files.persist();
    return blob;
  } catch (error) {
    throw toDownloadError(file, error, loadedBytes);
  }
}
