import { expect, it } from 'vitest';
import { createKernelHeap } from './kernelHeap.ts';

it('gives blocks that do not overlap, and freed ones again', () => {
  const heap = createKernelHeap();
  const [first, second] = [heap.allocate(100), heap.allocate(70_000)];
  if (first === undefined || second === undefined) throw new Error('no memory');
  expect(first.bytes).toBe(112);
  expect(second.address).toBeGreaterThanOrEqual(first.address + first.bytes);
  expect(heap.memory.buffer.byteLength).toBeGreaterThanOrEqual(second.address + second.bytes);
  heap.free(second);
  const [third, fourth] = [heap.allocate(32_000), heap.allocate(32_000)];
  expect(third?.address).toBe(second.address);
  expect(fourth?.address).toBe(second.address + 32_000);
  // What is left of the freed block is too small.
  expect(heap.allocate(32_000)?.address).toBe(second.address + second.bytes);
});

it('says when there is no more', () => {
  expect(createKernelHeap().allocate(2 ** 33)).toBeUndefined();
});
