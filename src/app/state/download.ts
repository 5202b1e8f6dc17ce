// A file of the configuration as a Blob: from this browser when it is there, else by HTTP into the private file system, on
// from where an earlier attempt ended, checked against its SHA-256 while it arrives. Units: bytes.
import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../../lib/bytes.ts';
import { isAbort, TributaryError } from '../../lib/errors.ts';
import {
  deleteFile,
  type FileArea,
  type FileWriter,
  fileObstacle,
  openFileWriter,
  persistStorage,
  readFile,
  requireSpace,
} from '../../store/index.ts';
import type { ConfigFile } from './config.ts';

export interface DownloadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | undefined;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** What the list of stored files calls it; default the file's name. */
  readonly title?: string | undefined;
}

/** The name under which a file is kept: its hash, or its URL where no hash is known. */
function storedName(file: ConfigFile): string {
  return file.sha256 ?? new URL(file.url, document.baseURI).href;
}

let choseMemory = false;

/** For a full browser: until the page is left, files are held in memory and not kept. */
export function goOnFromMemory(): void {
  choseMemory = true;
}

/** Whether files are held in memory: because the user chose it, or because this browser can keep none. */
export async function isMemoryOnly(): Promise<boolean> {
  return choseMemory || (await fileObstacle()) !== undefined;
}

function memoryWriter(): FileWriter {
  const parts: Uint8Array[] = [];
  return {
    keptBytes: 0,
    kept: new Blob(),
    write: async (bytes) => void parts.push(bytes),
    finish: async () => new Blob(parts as BlobPart[]),
  };
}

function failed(file: ConfigFile, facts: Record<string, string | number>, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'APP_DOWNLOAD_FAILED',
    message: `"${file.name}" could not be downloaded.`,
    facts: { file: file.name, url: file.url, ...facts },
    hint: 'Check the connection and try again; what has arrived is kept.',
    cause,
  });
}

async function request(file: ConfigFile, from: number, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(file.url, {
      ...(signal === undefined ? {} : { signal }),
      ...(from > 0 ? { headers: { range: `bytes=${from}-` } } : {}),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw failed(file, {}, error);
  }
  if (!response.ok || response.body === null) throw failed(file, { status: response.status });
  return response;
}

/** Feeds a stream, piece by piece. */
async function pump(
  stream: ReadableStream<Uint8Array>,
  take: (bytes: Uint8Array) => Promise<void> | void,
): Promise<void> {
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    await take(value);
  }
}

/**
 * The whole file. Throws `APP_DOWNLOAD_FAILED`, `APP_FILE_HASH_MISMATCH`, `STORE_QUOTA_EXCEEDED`, `ABORTED`. Small files
 * without a hash (configuration, rows) are not kept: the HTTP cache does that.
 */
export async function download(area: FileArea, file: ConfigFile, options: DownloadOptions = {}): Promise<Blob> {
  const { signal, onProgress } = options;
  if (file.sha256 === undefined) {
    const response = await request(file, 0, signal);
    return response.blob();
  }
  const name = storedName(file);
  const kept = await readFile(area, name);
  if (kept !== undefined && (file.bytes === undefined || kept.size === file.bytes)) return kept;
  if (kept !== undefined) await deleteFile(area, name);

  const memoryOnly = await isMemoryOnly();
  if (file.bytes !== undefined && !memoryOnly) await requireSpace(file.bytes);
  const writer = memoryOnly ? memoryWriter() : await openFileWriter(area, name);
  let loadedBytes = writer.keptBytes;
  const hash = hasher.create();
  if (loadedBytes > 0) await pump(writer.kept.stream(), (bytes) => void hash.update(bytes));
  const response = await request(file, loadedBytes, signal);
  if (loadedBytes > 0 && response.status !== 206) {
    // The server ignored the range: begin again.
    await deleteFile(area, name);
    await response.body?.cancel();
    return download(area, file, options);
  }
  const totalBytes = file.bytes ?? (Number(response.headers.get('content-length') ?? 0) + loadedBytes || undefined);
  try {
    await pump(response.body as ReadableStream<Uint8Array>, async (bytes) => {
      hash.update(bytes);
      await writer.write(bytes);
      loadedBytes += bytes.byteLength;
      onProgress?.({ loadedBytes, totalBytes });
    });
  } catch (error) {
    if (isAbort(error) || error instanceof TributaryError) throw error;
    throw failed(file, { loadedBytes }, error);
  }
  const actual = bytesToHex(hash.digest());
  if (actual !== file.sha256) {
    if (!memoryOnly) await deleteFile(area, name);
    throw new TributaryError({
      code: 'APP_FILE_HASH_MISMATCH',
      message: `"${file.name}" arrived, but it is not the file that was announced.`,
      facts: { file: file.name, url: file.url, expected: file.sha256, actual, bytes: loadedBytes },
      hint: 'Nothing of it was kept. Try again, or use another source.',
    });
  }
  const blob = await writer.finish({ title: options.title ?? file.name, url: file.url });
  if (!memoryOnly) await persistStorage();
  return blob;
}
