import { expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from './frames.ts';

test('bytes travel beside the JSON and come back in their places', () => {
  const words = Uint32Array.of(1, 2, 3, 0xffffffff);
  const frame = encodeFrame({
    first: words.subarray(1, 3),
    list: [{ bytes: new ArrayBuffer(0) }, null, 'ü'],
    last: Uint8Array.of(9, 8),
  });
  // Copied: what the caller does with its array afterwards changes nothing.
  words.fill(0);
  const decoded = decodeFrame(frame) as { first: ArrayBuffer; list: { bytes: ArrayBuffer }[]; last: ArrayBuffer };
  expect([...new Uint32Array(decoded.first)]).toEqual([2, 3]);
  expect(decoded.list[0]?.bytes.byteLength).toBe(0);
  expect(decoded.list.slice(1)).toEqual([null, 'ü']);
  expect([...new Uint8Array(decoded.last)]).toEqual([9, 8]);
});

test('a frame may lie anywhere in its buffer', () => {
  const frame = encodeFrame({ bytes: Uint8Array.of(1, 2, 3) });
  const shifted = new Uint8Array(frame.length + 5);
  shifted.set(frame, 5);
  const { bytes } = decodeFrame(shifted.subarray(5)) as { bytes: ArrayBuffer };
  expect([...new Uint8Array(bytes)]).toEqual([1, 2, 3]);
});
