// The protocol `/tributary/announce/1.0.0`: one announcement and one answer per stream. The channel is authenticated, so the
// announcer is the peer at its other end and the answer is the relay's own. Nodes that keep bytes for others serve it.

import { TributaryError } from '../lib/errors.ts';
import type { Cid } from '../lib/units.ts';
import { readFrame, writeFrame } from './frames.ts';
import type { ClosableStream } from './headsExchange.ts';
import {
  ANNOUNCE_PROTOCOL,
  type Answer,
  decodeAnnouncement,
  decodeAnswer,
  encodeAnnouncement,
  encodeAnswer,
  MAX_ANNOUNCEMENT_BYTES,
  MAX_ANSWER_BYTES,
} from './protocol.ts';
import type { Announcement, Head } from './types.ts';

const REQUEST_MILLISECONDS = 10_000;
/** More than a relay takes to fetch and check what was announced, waiting for its turn included. */
const ANSWER_MILLISECONDS = 180_000;

function malformed(cid: Cid | ''): TributaryError {
  return new TributaryError({
    code: 'ANNOUNCE_MALFORMED',
    message: 'A peer does not speak the announce protocol as it should.',
    facts: { protocol: ANNOUNCE_PROTOCOL, cid },
    hint: 'No action is needed: it is asked again later.',
  });
}

/** Answers one announcement of `peer` on `stream`. A malformed one ends the stream. `judge` must not throw. */
export async function answerAnnouncement(
  stream: ClosableStream,
  peer: string,
  judge: (head: Head) => Promise<Answer>,
): Promise<void> {
  try {
    const request = AbortSignal.timeout(REQUEST_MILLISECONDS);
    const announcement = decodeAnnouncement(await readFrame(stream, MAX_ANNOUNCEMENT_BYTES, request));
    if (announcement === null) throw malformed('');
    const answer = encodeAnswer(await judge({ ...announcement, provider: peer }));
    const signal = AbortSignal.timeout(REQUEST_MILLISECONDS);
    await writeFrame(stream, answer, signal);
    await stream.close({ signal });
  } catch (error) {
    // A malformed or interrupted announcement ends its own stream and nothing else.
    stream.abort(error instanceof Error ? error : malformed(''));
  }
}

/** Announces to the relay behind `open` and waits for what it says. Throws `ANNOUNCE_MALFORMED`, `FRAME_*`, what `open` throws. */
export async function askToKeep(
  open: (signal: AbortSignal) => Promise<ClosableStream>,
  announcement: Announcement,
): Promise<Answer> {
  const stream = await open(AbortSignal.timeout(REQUEST_MILLISECONDS));
  try {
    await writeFrame(stream, encodeAnnouncement(announcement), AbortSignal.timeout(REQUEST_MILLISECONDS));
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const answer = decodeAnswer(await readFrame(stream, MAX_ANSWER_BYTES, signal), announcement.cid);
    if (answer === null) throw malformed(announcement.cid);
    await stream.close({ signal });
    return answer;
  } catch (error) {
    stream.abort(error instanceof Error ? error : malformed(announcement.cid));
    throw error;
  }
}
