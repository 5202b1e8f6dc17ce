import { expect, test } from 'vitest';
import { integerProducts } from './integerProducts.ts';
import { mix } from './mix.ts';

const codes = (count: number, size: number, key: number): Int8Array =>
  Int8Array.from({ length: count * size }, (_, index) => (mix(key, index) % 255) - 127);

function plain(left: Int8Array, right: Int8Array, size: number): number[] {
  const products: number[] = [];
  for (let i = 0; i < left.length; i += size) {
    for (let j = 0; j < right.length; j += size) {
      let sum = 0;
      for (let d = 0; d < size; d += 1) sum += (left[i + d] as number) * (right[j + d] as number);
      products.push(sum);
    }
  }
  return products;
}

test.each([
  [1, 1, 1],
  [9, 67, 5],
  [131, 3, 33],
  [17, 66, 4097],
  [2, 3, 9000],
])('%i rows with %i rows of %i codes', async (count, others, size) => {
  const [left, right] = [codes(count, size, 1), codes(others, size, 2)];
  expect([...(await integerProducts({ left, right, size }))]).toEqual(plain(left, right, size));
  expect([...(await integerProducts({ left, right: left, size }))]).toEqual(plain(left, left, size));
});

test('the largest products of either sign are exact', async () => {
  const size = 8192;
  const left = new Int8Array(3 * size).fill(127).fill(-127, size, 2 * size);
  const most = 127 * 127 * size;
  expect([...(await integerProducts({ left, right: left, size }))]).toEqual([
    most,
    -most,
    most,
    -most,
    most,
    -most,
    most,
    -most,
    most,
  ]);
});

test('an abort stops it, a wrong size is refused', async () => {
  const left = codes(700, 4096, 3);
  const controller = new AbortController();
  const running = integerProducts({
    left,
    right: left,
    size: 4096,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  await expect(integerProducts({ left, right: left, size: 4097 })).rejects.toMatchObject({ code: 'SKETCH_SHAPE' });
});
