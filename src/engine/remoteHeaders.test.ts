// Headers of files that are read over a network: a few requests, each for new bytes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { BlobLike } from '../lib/blobLike.ts';
import { concatBytes } from '../lib/bytes.ts';
import { openModelFile } from './openModelFile.ts';
import { openSafetensors } from './safetensors/openSafetensors.ts';
import { writeSafetensors } from './safetensors/writeSafetensors.ts';

const seedling = new Uint8Array(
  readFileSync(path.join(import.meta.dirname, '../../public/models/seedling/seedling.Q8_0.gguf')),
);

/** The bytes as a remote file, and the requested ranges. */
function remote(bytes: Uint8Array<ArrayBuffer>): { blob: BlobLike; ranges: [number, number][] } {
  const ranges: [number, number][] = [];
  const slice = (from: number, to: number): BlobLike => ({
    size: to - from,
    slice: (begin = 0, end = to - from) => slice(from + begin, from + end),
    async arrayBuffer() {
      ranges.push([from, to]);
      return bytes.slice(from, to).buffer;
    },
  });
  return { blob: slice(0, bytes.length), ranges };
}

function expectOnce(ranges: readonly (readonly [number, number])[]): void {
  for (const [index, [from]] of ranges.entries()) expect(from).toBe(index === 0 ? 0 : ranges[index - 1]?.[1]);
}

/** The file with a string of `length` as one more key-value at the start of its header. */
function withLongValue(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const start = bytes.slice(0, 24);
  const view = new DataView(start.buffer);
  view.setBigUint64(16, view.getBigUint64(16, true) + 1n, true);
  const key = new TextEncoder().encode('long');
  const value = new Uint8Array(8 + key.length + 4 + 8 + length).fill(32);
  const valueView = new DataView(value.buffer);
  valueView.setBigUint64(0, BigInt(key.length), true);
  value.set(key, 8);
  valueView.setUint32(8 + key.length, 8, true);
  valueView.setBigUint64(12 + key.length, BigInt(length), true);
  // A multiple of 32 in total, so that the data stays aligned.
  return concatBytes([start, value, bytes.subarray(24)]);
}

test('a GGUF header of one MiB takes one request, and one of six MiB a few consecutive ones', async () => {
  const small = remote(seedling);
  const expected = await openModelFile([{ name: 'seedling.gguf', blob: small.blob }]);
  expect(small.ranges).toHaveLength(1);
  const large = remote(withLongValue(seedling, (6 << 20) + 8));
  const file = await openModelFile([{ name: 'seedling.gguf', blob: large.blob }]);
  expect(large.ranges.length).toBeLessThan(5);
  expectOnce(large.ranges);
  expect(file.config).toEqual(expected.config);
  const name = 'model.layers.3.mlp.down_proj.weight';
  expect(await file.tensors.get(name)?.readRows(4, 4)).toEqual(await expected.tensors.get(name)?.readRows(4, 4));
});

test('a safetensors header takes one request, or two if it is long', async () => {
  const tensor = (index: number) => ({
    name: `t${index}`,
    dtype: 'F32' as const,
    shape: [2],
    data: Float32Array.of(index, 2),
  });
  for (const [count, requests] of [
    [3, 1],
    [2_000, 2],
  ] as const) {
    const { blob, ranges } = remote(writeSafetensors(Array.from({ length: count }, (_, index) => tensor(index))));
    const { tensors } = await openSafetensors({ name: 'a.safetensors', blob });
    expect(ranges).toHaveLength(requests);
    expectOnce(ranges);
    expect(await tensors.get(`t${count - 1}`)?.read()).toEqual(new Uint8Array(Float32Array.of(count - 1, 2).buffer));
  }
});
