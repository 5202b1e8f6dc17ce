// The pull protocol `/tributary/heads/1.0.0`: one request and one page per stream. Every node serves it, and uses it with every
// peer to which it has a direct connection.

import { TributaryError } from '../lib/errors.ts';
import { type FrameStream, readFrame, writeFrame } from './frames.ts';
import type { HeadsLog } from './headsLog.ts';
import {
  decodeHeadsPage,
  decodeHeadsRequest,
  encodeHeadsPage,
  encodeHeadsRequest,
  HEADS_PROTOCOL,
  type HeadsPage,
  type HeadsRequest,
  MAX_PAGE_BYTES,
  MAX_REQUEST_BYTES,
} from './protocol.ts';

const TIMEOUT_MILLISECONDS = 15_000;
/** More pages than the longest list has: it ends a peer that always says "more". */
const MAX_PAGES = 200;

export type ClosableStream = FrameStream & { close(options?: { signal?: AbortSignal }): Promise<void> };

/** Answers one request on `stream`. Malformed requests end the stream. */
export async function answerHeads(stream: ClosableStream, log: HeadsLog): Promise<void> {
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  try {
    const request = decodeHeadsRequest(await readFrame(stream, MAX_REQUEST_BYTES, signal));
    if (request === null) throw malformed();
    await writeFrame(stream, encodeHeadsPage(log.page(request)), signal);
    await stream.close({ signal });
  } catch (error) {
    // A malformed or interrupted request ends its own stream and nothing else.
    stream.abort(error instanceof Error ? error : malformed());
  }
}

function malformed(): TributaryError {
  return new TributaryError({
    code: 'HEADS_MALFORMED',
    message: 'A peer does not speak the heads protocol as it should.',
    facts: { protocol: HEADS_PROTOCOL },
    hint: 'No action is needed: it is asked again at the next connection.',
  });
}

/** Pages of the heads that the peer behind `open` has after `from`, in its order. */
export async function* pullHeads(
  open: (signal: AbortSignal) => Promise<ClosableStream>,
  from: HeadsRequest,
): AsyncGenerator<HeadsPage> {
  let request = from;
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const stream = await open(signal);
    let page: HeadsPage | null;
    try {
      await writeFrame(stream, encodeHeadsRequest(request), signal);
      page = decodeHeadsPage(await readFrame(stream, MAX_PAGE_BYTES, signal));
      if (page === null) throw malformed();
      await stream.close({ signal });
    } catch (error) {
      stream.abort(error instanceof Error ? error : malformed());
      throw error;
    }
    yield page;
    if (!page.more) return;
    request = { epoch: page.epoch, after: page.last };
  }
}
