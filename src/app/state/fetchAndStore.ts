// Fetches a file of the configuration into storage. The models domain's downloader does the work; here are the place where such
// files are stored, their errors, and what happens in a browser that can store none. Units: bytes.
import { isAbort, TributaryError } from '../../lib/errors.ts';
import { fetchFile, type RequestOptions, readRemote } from '../../models/index.ts';
import { type FileArea, type FileStore, fileStore } from '../../store/index.ts';
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

/** The answer to a request as this page makes it: the files may lie behind a login of this site, which the models worker never uses. */
export async function request(file: ConfigFile, { headers = {}, signal }: RequestOptions): Promise<Response> {
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

/** A file with a hash, checked against it; stored unless it is to stay in memory. Throws as `download`. */
export async function fetchAndStore(parameters: {
  readonly area: FileArea;
  readonly file: ConfigFile & { readonly sha256: string };
  readonly inMemory: boolean;
  readonly options: DownloadOptions;
}): Promise<Blob> {
  const { area, file, inMemory, options } = parameters;
  const { signal, onProgress } = options;
  const { name, bytes, sha256 } = file;
  const files = inMemory ? memoryStore() : fileStore(area);
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
