// One length-prefixed message on a libp2p stream: four bytes big-endian, then the bytes.
import { concatBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';

/** The part of a libp2p stream that is used. */
export interface FrameStream extends AsyncIterable<{ subarray(): Uint8Array }> {
  send(bytes: Uint8Array): boolean;
  onDrain(options?: { signal?: AbortSignal }): Promise<void>;
  abort(error: Error): void;
}

export async function writeFrame(stream: FrameStream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.byteLength);
  if (!stream.send(concatBytes([length, bytes]))) await stream.onDrain({ signal });
}

/** Throws `FRAME_TOO_LARGE` before it buffers more than `maximumBytes`, `FRAME_TRUNCATED`, or the signal's reason. */
export async function readFrame(stream: FrameStream, maximumBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const abort = (): void => stream.abort(signal.reason as Error);
  signal.throwIfAborted();
  signal.addEventListener('abort', abort, { once: true });
  try {
    let buffered = new Uint8Array(0);
    for await (const chunk of stream) {
      buffered = concatBytes([buffered, chunk.subarray()]);
      if (buffered.byteLength < 4) continue;
      const length = new DataView(buffered.buffer).getUint32(0);
      if (length > maximumBytes) {
        throw new TributaryError({
          code: 'FRAME_TOO_LARGE',
          message: 'A peer sent a message larger than the protocol allows.',
          facts: { bytes: length, maximumBytes },
          hint: 'Nothing needs to be done; the message is dropped.',
        });
      }
      if (buffered.byteLength >= 4 + length) return buffered.slice(4, 4 + length);
    }
    signal.throwIfAborted();
    throw new TributaryError({
      code: 'FRAME_TRUNCATED',
      message: 'A peer ended a message too early.',
      hint: 'It is asked again at the next connection.',
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
