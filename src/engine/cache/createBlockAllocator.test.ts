import { expect, it } from 'vitest';
import { createBlockAllocator } from './createBlockAllocator.ts';

const ids = (first: number): number[] => Array.from({ length: 16 }, (_, index) => first + index);

it('finds the block that begins with most of the ids, under its own prefix only', () => {
  const allocator = createBlockAllocator(4);
  const first = allocator.take();
  const prefix = allocator.remember(first, -1, ids(0));
  const second = allocator.take();
  allocator.remember(second, prefix, ids(100));
  const third = allocator.take();
  allocator.remember(third, prefix, [...ids(100).slice(0, 15), 7]);
  expect(allocator.find(-1, ids(0))).toEqual({ known: expect.objectContaining({ block: first, prefix }), equal: 16 });
  expect(allocator.find(prefix, [...ids(100).slice(0, 15), 7])?.known.block).toBe(third);
  expect(allocator.find(prefix, [100, 101, 9])).toMatchObject({ known: { block: second }, equal: 2 });
  expect(allocator.find(-2, ids(0))).toBeUndefined();
  expect(allocator.find(-1, ids(100))).toBeUndefined();
});

it('gives equal contents one prefix, and remembers them once', () => {
  const allocator = createBlockAllocator(2);
  const prefix = allocator.remember(allocator.take(), -1, ids(0));
  expect(allocator.remember(allocator.take(), -1, ids(0))).toBe(prefix);
  expect(allocator.remember(0, -2, ids(0))).not.toBe(prefix);
});

it('overwrites what was released first, and nothing that somebody uses', () => {
  const allocator = createBlockAllocator(3);
  const [a, b, c] = [allocator.take(), allocator.take(), allocator.take()];
  for (const [index, block] of [a, b, c].entries()) allocator.remember(block, -1, ids(100 * index));
  expect(() => allocator.take()).toThrow(expect.objectContaining({ code: 'ENGINE_CACHE_FULL' }));
  allocator.release(b);
  allocator.release(a);
  expect(allocator.available).toBe(2);
  expect(allocator.find(-1, ids(100))?.known.block).toBe(b);
  allocator.share(a);
  expect(allocator.take()).toBe(b);
  expect(allocator.find(-1, ids(100))).toBeUndefined();
  expect(allocator.find(-1, ids(0))?.known.block).toBe(a);
  expect(() => allocator.take()).toThrow(expect.objectContaining({ code: 'ENGINE_CACHE_FULL' }));
});

it('counts users', () => {
  const allocator = createBlockAllocator(1);
  const block = allocator.take();
  allocator.share(block);
  expect(allocator.isShared(block)).toBe(true);
  allocator.release(block);
  expect(allocator.isShared(block)).toBe(false);
  expect(allocator.available).toBe(0);
  allocator.release(block);
  expect(allocator.take()).toBe(block);
});
