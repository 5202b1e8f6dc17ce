// Checks that a response has the requested range. Servers ignore ranges, answer with others, or state a wrong size of the file;
// each has its own error code, before a byte is used. Positions are bytes, ends are exclusive.
import { TributaryError } from '../../lib/errors.ts';
import { plainAddress } from './sendRequest.ts';

export interface WantedRange {
  readonly begin: number;
  /** Absent: to the end of the file. */
  readonly end?: number;
  /** Of the whole file, as announced; absent where nobody announced it. */
  readonly bytes?: number | undefined;
  /** Of the file, as first seen. */
  readonly lastModified?: string | undefined;
}

const REPLACED_HINT = 'It may just have been replaced: delete what has arrived of it, and open its source again.';

function wrong(url: string, message: string, facts: Record<string, string | number>): TributaryError {
  return new TributaryError({
    code: 'REMOTE_RANGE_WRONG',
    message: `The server answered with other bytes than were asked for: ${message}`,
    facts: { url: plainAddress(url), ...facts },
    hint: 'Use another source or mirror; this server cannot be read in parts.',
  });
}

/** The file has another size than announced. */
export function sizeWrong(url: string, announced: number, actual: number): TributaryError {
  return new TributaryError({
    code: 'REMOTE_SIZE_WRONG',
    message: 'The file has another size than its source announced.',
    facts: { url: plainAddress(url), announcedBytes: announced, actualBytes: actual },
    hint: REPLACED_HINT,
  });
}

/**
 * Returns where the body of `response` begins in the file: `wanted.begin`, or 0 when the server ignored the range and sends
 * the whole file. Throws `REMOTE_CHANGED`, `REMOTE_RANGE_WRONG` or `REMOTE_SIZE_WRONG`.
 */
export function checkRange(response: Response, url: string, wanted: WantedRange): number {
  const { begin, bytes } = wanted;
  // The only version header that pages of every origin may read. Without it a resumed download could join two versions.
  const lastModified = response.headers.get('last-modified');
  if (wanted.lastModified !== undefined && lastModified !== null && lastModified !== wanted.lastModified) {
    throw new TributaryError({
      code: 'REMOTE_CHANGED',
      message: 'The file has been replaced on its server since it was first looked at.',
      facts: { url: plainAddress(url), lastModified, before: wanted.lastModified },
      hint: REPLACED_HINT,
    });
  }
  // Content-Length is not checked: that of a compressed body is not the file's. The reader of the body counts its bytes.
  if (response.status !== 206) return 0;
  const range = response.headers.get('content-range');
  // A server of another origin may hide this header from the page; then the number of bytes decides.
  if (range === null) return begin;
  const match = range.match(/^bytes (\d+)-(\d+)\/(\d+|\*)$/);
  if (match === null) throw wrong(url, 'its Content-Range cannot be read.', { contentRange: range.slice(0, 100) });
  const [, from, to, total] = match;
  if (bytes !== undefined && total !== '*' && Number(total) !== bytes) throw sizeWrong(url, bytes, Number(total));
  const end = wanted.end ?? bytes ?? Number(total === '*' ? Number(to) + 1 : total);
  if (Number(from) !== begin || Number(to) + 1 !== end)
    throw wrong(url, `bytes ${from} to ${to}.`, { begin, end, contentRange: range });
  return begin;
}
