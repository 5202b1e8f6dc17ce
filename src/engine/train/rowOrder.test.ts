import { expect, it } from 'vitest';
import { rowOrder } from './rowOrder.ts';

it('rowOrder is a permutation determined by seed and epoch', () => {
  const order = rowOrder(50, 7, 0);
  expect([...order].sort((left, right) => left - right)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(rowOrder(50, 7, 0)).toEqual(order);
  expect(rowOrder(50, 7, 1)).not.toEqual(order);
  expect(rowOrder(50, 8, 0)).not.toEqual(order);
  // Published orders must never change: they are part of the format.
  expect(rowOrder(8, 1, 0)).toEqual([2, 7, 3, 1, 5, 6, 4, 0]);
});
