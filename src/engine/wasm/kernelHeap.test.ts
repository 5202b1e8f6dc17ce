import { expect, it } from 'vitest';
import { createKernelHeap, type HeapBlock } from './kernelHeap.ts';

function allocateAll(sizes: readonly number[]) {
  const heap = createKernelHeap();
  const blocks = sizes.map((size) => heap.allocate(size) as HeapBlock);
  return { heap, blocks };
}

it('allocates blocks that do not overlap, within the memory', () => {
  const { heap, blocks } = allocateAll([100, 70_000, 16]);
  expect(blocks.map(({ address }) => address)).toEqual([0, 112, 70_112]);
  expect(heap.memory.buffer.byteLength).toBeGreaterThanOrEqual(70_128 + 64);
});

it('reuses freed blocks, also in parts', () => {
  const { heap, blocks } = allocateAll([112, 64_000, 16]);
  heap.free(blocks[1] as HeapBlock);
  expect([heap.allocate(32_000), heap.allocate(32_016), heap.allocate(32_000)].map((block) => block?.address)).toEqual([
    112, 64_128, 32_112,
  ]);
});

it.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]], [[2, 1, 0]]])(
  'joins neighbours, freed in the order %s',
  (order) => {
    const { heap, blocks } = allocateAll([160, 320, 480, 16]);
    for (const index of order) heap.free(blocks[index] as HeapBlock);
    expect(heap.allocate(960)?.address).toBe(0);
    expect(heap.allocate(16)?.address).toBe(976);
  },
);

it('reclaims the end of the heap', () => {
  const { heap, blocks } = allocateAll([16, 16, 1_000_000]);
  heap.free(blocks[1] as HeapBlock);
  heap.free(blocks[2] as HeapBlock);
  expect(heap.allocate(900_000)?.address).toBe(16);
  expect(heap.allocate(16)?.address).toBe(900_016);
});

it('returns undefined when the memory is exhausted', () => {
  expect(createKernelHeap().allocate(2 ** 33)).toBeUndefined();
});
