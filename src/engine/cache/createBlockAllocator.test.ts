import { expect, it } from 'vitest';
import { type BlockAllocator, createBlockAllocator } from './createBlockAllocator.ts';

const ids = (first: number): number[] => Array.from({ length: 16 }, (_, index) => first + index);

const one = (allocator: BlockAllocator): number => allocator.take(1)[0] ?? -1;

it('finds the block that begins with most of the ids, under its own prefix only', () => {
  const allocator = createBlockAllocator(4);
  const first = one(allocator);
  const prefix = allocator.remember(first, -1, ids(0));
  const second = one(allocator);
  allocator.remember(second, prefix, ids(100));
  const third = one(allocator);
  allocator.remember(third, prefix, [...ids(100).slice(0, 15), 7]);
  expect(allocator.find(-1, ids(0))).toEqual({ known: expect.objectContaining({ block: first, prefix }), equal: 16 });
  expect(allocator.find(prefix, [...ids(100).slice(0, 15), 7])?.known.block).toBe(third);
  expect(allocator.find(prefix, [100, 101, 9])).toMatchObject({ known: { block: second }, equal: 2 });
  expect(allocator.find(-2, ids(0))).toBeUndefined();
  expect(allocator.find(-1, ids(100))).toBeUndefined();
});

it('gives equal contents one prefix, and remembers them once', () => {
  const allocator = createBlockAllocator(2);
  const prefix = allocator.remember(one(allocator), -1, ids(0));
  expect(allocator.remember(one(allocator), -1, ids(0))).toBe(prefix);
  expect(allocator.remember(0, -2, ids(0))).not.toBe(prefix);
});

it('overwrites what was released first, and nothing that somebody uses', () => {
  const allocator = createBlockAllocator(3);
  const [a = -1, b = -1, c = -1] = allocator.take(3);
  for (const [index, block] of [a, b, c].entries()) allocator.remember(block, -1, ids(100 * index));
  expect(() => allocator.take(1)).toThrow(expect.objectContaining({ code: 'ENGINE_CACHE_FULL' }));
  allocator.release(b);
  allocator.release(a);
  expect(allocator.available).toBe(2);
  expect(allocator.find(-1, ids(100))?.known.block).toBe(b);
  allocator.share(a);
  expect(one(allocator)).toBe(b);
  expect(allocator.find(-1, ids(100))).toBeUndefined();
  expect(allocator.find(-1, ids(0))?.known.block).toBe(a);
  expect(() => allocator.take(1)).toThrow(expect.objectContaining({ code: 'ENGINE_CACHE_FULL' }));
});

it('counts users', () => {
  const allocator = createBlockAllocator(1);
  const block = one(allocator);
  allocator.share(block);
  expect(allocator.isShared(block)).toBe(true);
  allocator.release(block);
  expect(allocator.isShared(block)).toBe(false);
  expect(allocator.available).toBe(0);
  allocator.release(block);
  expect(one(allocator)).toBe(block);
});

it('takes all blocks that are asked for, or none', () => {
  const allocator = createBlockAllocator(3);
  const [first = -1] = allocator.take(1);
  expect(() => allocator.take(3)).toThrow(
    expect.objectContaining({ code: 'ENGINE_CACHE_FULL', facts: { blocks: 3, available: 2, needed: 3 } }),
  );
  expect(allocator.available).toBe(2);
  const others = allocator.take(2);
  expect(new Set([first, ...others]).size).toBe(3);
  expect(allocator.take(0)).toEqual([]);
});
