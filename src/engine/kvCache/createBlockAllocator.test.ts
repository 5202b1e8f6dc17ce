import { expect, it } from 'vitest';
import { type BlockAllocator, createBlockAllocator } from './createBlockAllocator.ts';

const ids = (first: number): number[] => Array.from({ length: 16 }, (_, index) => first + index);

const one = (allocator: BlockAllocator): number => allocator.allocate(1)[0] ?? -1;

it('matches the block that shares most of the ids, only under its own prefix', () => {
  const allocator = createBlockAllocator(4);
  const first = one(allocator);
  const prefix = allocator.cachePrefix(first, -1, ids(0));
  const second = one(allocator);
  allocator.cachePrefix(second, prefix, ids(100));
  const third = one(allocator);
  allocator.cachePrefix(third, prefix, [...ids(100).slice(0, 15), 7]);
  expect(allocator.matchPrefix(-1, ids(0))).toEqual({
    known: expect.objectContaining({ block: first, prefix }),
    equal: 16,
  });
  expect(allocator.matchPrefix(prefix, [...ids(100).slice(0, 15), 7])?.known.block).toBe(third);
  expect(allocator.matchPrefix(prefix, [100, 101, 9])).toMatchObject({ known: { block: second }, equal: 2 });
  expect(allocator.matchPrefix(-2, ids(0))).toBeUndefined();
  expect(allocator.matchPrefix(-1, ids(100))).toBeUndefined();
});

it('assigns equal contents one prefix, and caches them once', () => {
  const allocator = createBlockAllocator(2);
  const prefix = allocator.cachePrefix(one(allocator), -1, ids(0));
  expect(allocator.cachePrefix(one(allocator), -1, ids(0))).toBe(prefix);
  expect(allocator.cachePrefix(0, -2, ids(0))).not.toBe(prefix);
});

it('evicts in the order of freeing, and never a block in use', () => {
  const allocator = createBlockAllocator(3);
  const [a = -1, b = -1, c = -1] = allocator.allocate(3);
  for (const [index, block] of [a, b, c].entries()) allocator.cachePrefix(block, -1, ids(100 * index));
  expect(() => allocator.allocate(1)).toThrow(expect.objectContaining({ code: 'ENGINE_CACHE_FULL' }));
  allocator.free(b);
  allocator.free(a);
  expect(allocator.available).toBe(2);
  expect(allocator.matchPrefix(-1, ids(100))?.known.block).toBe(b);
  allocator.retain(a);
  expect(one(allocator)).toBe(b);
  expect(allocator.matchPrefix(-1, ids(100))).toBeUndefined();
  expect(allocator.matchPrefix(-1, ids(0))?.known.block).toBe(a);
  expect(() => allocator.allocate(1)).toThrow(expect.objectContaining({ code: 'ENGINE_CACHE_FULL' }));
});

it('counts references', () => {
  const allocator = createBlockAllocator(1);
  const block = one(allocator);
  allocator.retain(block);
  expect(allocator.isShared(block)).toBe(true);
  allocator.free(block);
  expect(allocator.isShared(block)).toBe(false);
  expect(allocator.available).toBe(0);
  allocator.free(block);
  expect(one(allocator)).toBe(block);
});

it('allocates all requested blocks, or none', () => {
  const allocator = createBlockAllocator(3);
  const [first = -1] = allocator.allocate(1);
  expect(() => allocator.allocate(3)).toThrow(
    expect.objectContaining({ code: 'ENGINE_CACHE_FULL', facts: { blocks: 3, available: 2, needed: 3 } }),
  );
  expect(allocator.available).toBe(2);
  const others = allocator.allocate(2);
  expect(new Set([first, ...others]).size).toBe(3);
  expect(allocator.allocate(0)).toEqual([]);
});
