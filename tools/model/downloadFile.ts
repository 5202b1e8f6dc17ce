// Downloads a file by HTTP into a part file, resuming an earlier run. Knows sizes; digests are up to the caller.
import { createWriteStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { TributaryError } from '../../src/lib/errors.ts';
import { showProgress } from './showProgress.ts';

export interface DownloadParameters {
  readonly url: string;
  /** Appended to; when it is complete already nothing is fetched. */
  readonly part: string;
  readonly bytes: number;
  readonly signal: AbortSignal;
}

/** Time without data after which the attempt fails. */
const STALL_MILLISECONDS = 20_000;

function failed(url: string, reason: string, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'MODEL_DOWNLOAD_FAILED',
    message: `${new URL(url).host} did not give the file: ${reason}`,
    facts: { url, reason },
    hint: 'Check the network, then run the same command again: it goes on where it stopped.',
    cause,
  });
}

/** Fetches the rest of `part`. Throws `MODEL_DOWNLOAD_FAILED`, or the abort's own error. */
export async function downloadFile({ url, part, bytes, signal }: DownloadParameters): Promise<void> {
  const have = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  if (have === bytes) return;
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STALL_MILLISECONDS);
  const progress = showProgress(bytes);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, stalled.signal]),
      headers: have > 0 && have < bytes ? { range: `bytes=${have}-` } : {},
    });
    if (!response.ok || response.body === null) throw failed(url, `it answered ${response.status}.`);
    // Without 206 the server starts from the beginning.
    const resumed = response.status === 206;
    let arrived = resumed ? have : 0;
    await pipeline(
      Readable.fromWeb(response.body as ReadableStream),
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          clearTimeout(timer);
          timer = setTimeout(() => stalled.abort(), STALL_MILLISECONDS);
          arrived += piece.byteLength;
          if (arrived > bytes) throw failed(url, `it sends more than ${bytes} bytes.`);
          progress(arrived);
          yield piece;
        }
      },
      createWriteStream(part, { flags: resumed ? 'a' : 'w' }),
    );
    if (arrived !== bytes) throw failed(url, `it ended after ${arrived} of ${bytes} bytes.`);
  } catch (error) {
    if (signal.aborted || error instanceof TributaryError) throw error;
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw failed(url, stalled.signal.aborted ? 'nothing arrived for 20 seconds.' : reason, error);
  } finally {
    clearTimeout(timer);
  }
}
