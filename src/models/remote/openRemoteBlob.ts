// A file behind HTTP that can be sliced: the headers of a model of many gigabytes take a few requests of some hundred kilobytes.
// Pieces lie on a fixed grid, and the last used ones are cached. A sequential reader gets more pieces per request. Positions and
// sizes are bytes.

import type { BlobLike } from '../../lib/blobLike.ts';
import { TributaryError } from '../../lib/errors.ts';
import { checkRange, sizeWrong } from './checkRange.ts';
import { endedEarly } from './endedEarly.ts';
import { plainAddress, sendRequest } from './sendRequest.ts';

export interface RemoteBlobParameters {
  readonly url: string;
  /** As announced; every answer is compared with it. */
  readonly bytes: number;
  readonly lastModified?: string | undefined;
  readonly hub?: string | undefined;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default 256 KiB. */
  readonly pieceBytes?: number;
  /** Limit of cached bytes, and of one request; default 64 MiB. */
  readonly maxCachedBytes?: number;
}

/** From a server without ranges, the whole file is read if it is not larger than this. */
const MAX_WHOLE_BYTES = 8 * 1024 * 1024;
/** Pieces that a sequential reader gets ahead. */
const MAX_AHEAD = 16;

/** Throws, on reading: `REMOTE_*`, `HUB_*`, `ABORTED`. */
export function openRemoteBlob(parameters: RemoteBlobParameters): BlobLike {
  const {
    url,
    bytes,
    lastModified,
    hub,
    token,
    signal,
    pieceBytes = 256 * 1024,
    maxCachedBytes = 64 * 1024 * 1024,
  } = parameters;
  /** By index on the grid; insertion order is order of use. */
  const pieces = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  const maxPieces = Math.max(1, Math.floor(maxCachedBytes / pieceBytes));
  let sequentialAt = -1;
  let ahead = 0;

  async function request(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const response = await sendRequest(url, { hub, token, signal, headers: { range: `bytes=${begin}-${end - 1}` } });
    const from = await cancelUnless(response, () => checkRange(response, url, { begin, end, bytes, lastModified }));
    const whole = response.status !== 206;
    if (whole && bytes > Math.max(MAX_WHOLE_BYTES, end - begin)) {
      await response.body?.cancel();
      throw new TributaryError({
        code: 'REMOTE_NO_RANGES',
        message: 'This server sends whole files only, so the model cannot be looked at before its download.',
        facts: { url: plainAddress(url), bytes },
        hint: 'Use another source or mirror.',
      });
    }
    const body = await response.arrayBuffer().catch((cause: unknown) => {
      throw endedEarly(url, 0, { cause, signal });
    });
    if (body.byteLength !== (whole ? bytes : end - begin)) {
      if (whole) throw sizeWrong(url, bytes, body.byteLength);
      throw endedEarly(url, body.byteLength);
    }
    return new Uint8Array(body, begin - from, end - begin);
  }

  /** Requests the pieces [first, last] that are not cached, adjacent ones together. */
  function want(first: number, last: number): void {
    for (let index = first; index <= last; index += 1) {
      if (pieces.has(index)) continue;
      let stop = index + 1;
      while (stop <= last && !pieces.has(stop) && stop - index < maxPieces) stop += 1;
      const begin = index * pieceBytes;
      const run = request(begin, Math.min(bytes, stop * pieceBytes));
      for (let piece = index; piece < stop; piece += 1) {
        const offset = piece * pieceBytes - begin;
        const promise = run.then((body) => body.slice(offset, offset + pieceBytes));
        pieces.set(piece, promise);
        // The next reader requests a failed piece again.
        promise.catch(() => pieces.delete(piece));
      }
      index = stop - 1;
    }
  }

  async function read(begin: number, end: number): Promise<ArrayBuffer> {
    if (begin >= end) return new ArrayBuffer(0);
    const first = Math.floor(begin / pieceBytes);
    const last = Math.floor((end - 1) / pieceBytes);
    const final = Math.floor((bytes - 1) / pieceBytes);
    const missing = Array.from({ length: last - first + 1 }, (_, index) => first + index).some(
      (index) => !pieces.has(index),
    );
    if (missing) {
      // Each further sequential request doubles the number of pieces ahead.
      const goesOn = first <= sequentialAt && last >= sequentialAt;
      ahead = goesOn ? Math.min(MAX_AHEAD, Math.max(1, 2 * ahead)) : 0;
    }
    const until = Math.min(final, missing ? last + ahead : last);
    want(first, until);
    if (missing) sequentialAt = until + 1;
    const parts: Promise<Uint8Array<ArrayBuffer>>[] = [];
    for (let index = first; index <= last; index += 1) {
      const piece = pieces.get(index) as Promise<Uint8Array<ArrayBuffer>>;
      pieces.delete(index);
      pieces.set(index, piece);
      parts.push(piece);
    }
    for (const index of pieces.keys()) {
      if (pieces.size <= maxPieces) break;
      pieces.delete(index);
    }
    const result = new Uint8Array(end - begin);
    for (const [index, part] of parts.entries()) {
      const start = (first + index) * pieceBytes;
      const piece = await part;
      const from = Math.max(begin - start, 0);
      result.set(piece.subarray(from, Math.min(end - start, piece.byteLength)), start + from - begin);
    }
    return result.buffer;
  }

  const slice = (begin: number, end: number): BlobLike => ({
    size: end - begin,
    slice: (from = 0, to = end - begin) =>
      slice(Math.min(begin + Math.max(0, from), end), Math.min(begin + Math.max(from, to), end)),
    arrayBuffer: () => read(begin, end),
  });
  return slice(0, bytes);
}

/** Runs a check of a response's headers; cancels the body when it throws. */
async function cancelUnless<Result>(response: Response, check: () => Result): Promise<Result> {
  try {
    return check();
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
}
