// One length-prefixed message on a libp2p stream: four bytes big-endian, then the bytes.
import { concatBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';

/** The part of a libp2p stream that is used. */
export interface FrameStream extends AsyncIterable<{ subarray(): Uint8Array }> {
  send(bytes: Uint8Array): boolean;
  onDrain(options?: { signal?: AbortSignal }): Promise<void>;
  abort(error: Error): void;
}

const PREFIX_BYTES = 4;

export async function writeFrame(stream: FrameStream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setUint32(0, bytes.byteLength);
  if (!stream.send(concatBytes([prefix, bytes]))) await stream.onDrain({ signal });
}

/** An empty frame of the length that `prefix` states. */
function allocateFrame(prefix: Uint8Array<ArrayBuffer>, maxBytes: number): Uint8Array<ArrayBuffer> {
  const length = new DataView(prefix.buffer).getUint32(0);
  if (length <= maxBytes) return new Uint8Array(length);
  throw new TributaryError({
    code: 'FRAME_TOO_LARGE',
    message: 'A peer sent a message larger than the protocol allows.',
    facts: { bytes: length, maxBytes: maxBytes },
    hint: 'No action is needed: the message is dropped.',
  });
}

/**
 * One frame. Its memory is that of the stated length, and each byte is copied once, however small the pieces are in which a peer
 * sends it. Throws `FRAME_TOO_LARGE` before it allocates more than `maxBytes`, `FRAME_TRUNCATED`, or the signal's reason.
 */
export async function readFrame(stream: FrameStream, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const abort = (): void => stream.abort(signal.reason as Error);
  signal.throwIfAborted();
  signal.addEventListener('abort', abort, { once: true });
  try {
    let prefix = new Uint8Array(0);
    let frame: Uint8Array | undefined;
    let filled = 0;
    for await (const chunk of stream) {
      let bytes = chunk.subarray();
      if (frame === undefined) {
        prefix = concatBytes([prefix, bytes]);
        if (prefix.byteLength < PREFIX_BYTES) continue;
        frame = allocateFrame(prefix, maxBytes);
        bytes = prefix.subarray(PREFIX_BYTES);
      }
      const taken = bytes.subarray(0, frame.byteLength - filled);
      frame.set(taken, filled);
      filled += taken.byteLength;
      if (filled === frame.byteLength) return frame;
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
