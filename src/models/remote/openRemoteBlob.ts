// A file behind HTTP as something that can be sliced: headers of a model of many gigabytes are read by a few requests of
// some hundred kilobytes. Pieces lie on a fixed grid and the last used ones are kept; a reader that goes on where the last
// request ended gets more at once. Positions and sizes are bytes.

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
  /** Most bytes that are kept, and that one request asks for; default 64 MiB. */
  readonly keepBytes?: number;
}

/** A server without ranges is read whole, if the file is no larger than this. */
const LARGEST_WHOLE = 8 * 1024 * 1024;
/** A sequential reader gets at most this many pieces ahead. */
const MOST_AHEAD = 16;

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
    keepBytes = 64 * 1024 * 1024,
  } = parameters;
  /** By index on the grid; insertion order is order of use. */
  const pieces = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  const mostPieces = Math.max(1, Math.floor(keepBytes / pieceBytes));
  let sequentialAt = -1;
  let ahead = 0;

  async function request(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const response = await sendRequest(url, { hub, token, signal, headers: { range: `bytes=${begin}-${end - 1}` } });
    const from = await cancelUnless(response, () => checkRange(response, url, { begin, end, bytes, lastModified }));
    const whole = response.status !== 206;
    if (whole && bytes > Math.max(LARGEST_WHOLE, end - begin)) {
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

  /** Asks for the pieces [first, last] that are not here, neighbours in one request. */
  function want(first: number, last: number): void {
    for (let index = first; index <= last; index += 1) {
      if (pieces.has(index)) continue;
      let stop = index + 1;
      while (stop <= last && !pieces.has(stop) && stop - index < mostPieces) stop += 1;
      const begin = index * pieceBytes;
      const run = request(begin, Math.min(bytes, stop * pieceBytes));
      for (let piece = index; piece < stop; piece += 1) {
        const offset = piece * pieceBytes - begin;
        const promise = run.then((body) => body.slice(offset, offset + pieceBytes));
        pieces.set(piece, promise);
        // A failed piece is asked for again by its next reader.
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
      // Each further request of a reader who goes on from the last one doubles what is asked for in advance.
      const goesOn = first <= sequentialAt && last >= sequentialAt;
      ahead = goesOn ? Math.min(MOST_AHEAD, Math.max(1, 2 * ahead)) : 0;
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
      if (pieces.size <= mostPieces) break;
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

/** Runs a check of the head of a response; when it throws, the body is not left flowing. */
async function cancelUnless<Result>(response: Response, check: () => Result): Promise<Result> {
  try {
    return check();
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
}
