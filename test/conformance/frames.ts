// Messages between the runner and its page in Chromium: JSON in which bytes stand apart, so that weights travel as they are.
// A frame is the JSON's length (u32, little-endian), the JSON, then the byte parts one after the other. The page imports it too.

/** Stands in the JSON for the n-th byte part; `length` is its size. */
interface Part {
  readonly part: number;
  readonly length: number;
}

const isPart = (value: object): value is Part => 'part' in value && 'length' in value;

/** `value` (plain objects, arrays, primitives, ArrayBuffers and views) as one frame. Copies the bytes at once. */
export function encodeFrame(value: unknown): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const json = JSON.stringify(value, (_, each: unknown) => {
    if (!(each instanceof ArrayBuffer || ArrayBuffer.isView(each))) return each;
    const bytes =
      each instanceof ArrayBuffer
        ? new Uint8Array(each)
        : new Uint8Array(each.buffer as ArrayBuffer, each.byteOffset, each.byteLength);
    parts.push(bytes);
    return { part: parts.length - 1, length: bytes.length } satisfies Part;
  });
  const head = new TextEncoder().encode(json);
  const frame = new Uint8Array(parts.reduce((size, part) => size + part.length, 4 + head.length));
  new DataView(frame.buffer).setUint32(0, head.length, true);
  frame.set(head, 4);
  let at = 4 + head.length;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** What `encodeFrame` was given, with every byte part as an ArrayBuffer of its own. */
export function decodeFrame(frame: Uint8Array<ArrayBuffer>): unknown {
  const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  let at = frame.byteOffset + 4 + length;
  // JSON keeps the order of the parts, so each begins where the one before ended.
  return JSON.parse(new TextDecoder().decode(frame.subarray(4, 4 + length)), (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || !isPart(each)) return each;
    const bytes = frame.buffer.slice(at, at + each.length);
    at += each.length;
    return bytes;
  });
}
