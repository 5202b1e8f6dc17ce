// The bytes of a file behind HTTP in order, from any position, and counted: never fewer or more than announced. From a server
// that ignores the range, the first bytes are dropped. A connection without data for a minute counts as ended.
import { anySignal } from '../../lib/anySignal.ts';
import { TributaryError } from '../../lib/errors.ts';
import { checkRange, sizeWrong } from './checkRange.ts';
import { endedEarly } from './endedEarly.ts';
import { sendRequest } from './sendRequest.ts';

export interface ReadRemoteParameters {
  readonly url: string;
  /** As announced. Absent: not known, and the body ends where it ends; then only a hash tells whether it is whole. */
  readonly bytes?: number | undefined;
  /** Position of the first byte. */
  readonly from: number;
  readonly lastModified?: string | undefined;
  readonly hub?: string | undefined;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default 60,000. */
  readonly stallMilliseconds?: number;
  /** Sends the request; default `sendRequest`. Must throw for anything but a success. */
  readonly request?: typeof sendRequest;
}

/** Throws `REMOTE_*`, `HUB_*`, `ABORTED`. */
export async function* readRemote(parameters: ReadRemoteParameters): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { url, bytes, from, lastModified, hub, token, signal } = parameters;
  const { stallMilliseconds = 60_000, request = sendRequest } = parameters;
  if (bytes !== undefined && from >= bytes) return;
  const silence = new AbortController();
  let position = 0;
  /** Bounds one wait for the server. */
  async function patiently<Result>(work: Promise<Result>): Promise<Result> {
    const timer = setTimeout(() => silence.abort(), stallMilliseconds);
    try {
      return await work;
    } catch (cause) {
      if (cause instanceof TributaryError && !silence.signal.aborted) throw cause;
      throw endedEarly(url, position, silence.signal.aborted ? { signal } : { cause, signal });
    } finally {
      clearTimeout(timer);
    }
  }

  const response = await patiently(
    request(url, {
      hub,
      token,
      signal: signal === undefined ? silence.signal : anySignal([signal, silence.signal]),
      headers: from > 0 ? { range: `bytes=${from}-` } : {},
    }),
  );
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  try {
    position = checkRange(response, url, { begin: from, bytes, lastModified });
    for (;;) {
      const { value, done } = await patiently(reader.read());
      if (done) break;
      const next = position + value.byteLength;
      if (bytes !== undefined && next > bytes) throw sizeWrong(url, bytes, next);
      if (next > from) yield value.subarray(Math.max(0, from - position));
      position = next;
    }
    if (bytes !== undefined && position < bytes) throw endedEarly(url, position);
  } finally {
    // Ends the transfer when the reader stops early; a stream that has ended or failed has nothing to cancel.
    await reader.cancel().catch(() => undefined);
  }
}
