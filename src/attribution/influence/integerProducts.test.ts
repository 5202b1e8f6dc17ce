import { expect, test, vi } from 'vitest';
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

test('says how far it is, from nothing to everything, and lets others work in between', async () => {
  const clock = vi.spyOn(performance, 'now');
  let now = 0;
  clock.mockImplementation(() => {
    now += 41;
    return now;
  });
  try {
    const done: number[] = [];
    const [left, right] = [codes(16, 5_000, 1), codes(128, 5_000, 2)];
    await integerProducts({ left, right, size: 5_000, onProgress: (part) => done.push(part) });
    // Two depths of 4,096 and 904 coordinates, two tiles of columns, two groups of rows.
    const expected = [0, 4_096].flatMap((start) => {
      const length = Math.min(4_096, 5_000 - start);
      return [0, 1, 2, 3].map((quarter) => (start + (length * quarter) / 4) / 5_000);
    });
    expect(done).toEqual([...expected.map((part) => expect.closeTo(part, 12)), 1]);
  } finally {
    clock.mockRestore();
  }
});

test('shapes that do not fit are refused, and nothing by something is nothing', async () => {
  const wrong = { code: 'SKETCH_SHAPE' };
  await expect(integerProducts({ left: codes(1, 3, 1), right: codes(1, 4, 1), size: 4 })).rejects.toMatchObject(wrong);
  await expect(integerProducts({ left: codes(1, 4, 1), right: codes(1, 3, 1), size: 4 })).rejects.toMatchObject(wrong);
  await expect(integerProducts({ left: codes(0, 1, 1), right: codes(0, 1, 1), size: 0 })).rejects.toMatchObject(wrong);
  await expect(
    integerProducts({ left: codes(1, 131_073, 1), right: codes(1, 131_073, 1), size: 131_073 }),
  ).rejects.toMatchObject(wrong);
  expect(
    await integerProducts({ left: codes(1, 131_072, 1), right: codes(1, 131_072, 1), size: 131_072 }),
  ).toHaveLength(1);
  expect(await integerProducts({ left: codes(0, 1, 1), right: codes(3, 1, 1), size: 1 })).toHaveLength(0);
});
