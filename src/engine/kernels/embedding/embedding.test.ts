import { expect, it } from 'vitest';
import { type BlockFormatName, weightFormats } from '../../formats/blockFormats.ts';
import { hasScales } from '../../formats/deviceLayout.ts';
import { packWeight } from '../../quant/packWeight.ts';
import { agreement, dawnBackend, randomWeight } from '../../testing/agreement.ts';
import { goldenBlocks } from '../../testing/goldenBlocks.ts';
import { runOperator } from '../../testing/runOperator.ts';
import { embeddingOperators } from './embedding.ts';

it.each(weightFormats)('looks up rows in %s', async (format) => {
  const constants = { columns: 50, firstRow: 0, tableRows: 7 };
  const data = { ids: Uint32Array.of(4, 0, 6), ...randomWeight(format, 7, 50), y: new Float32Array(150) };
  const { difference, reference } = await agreement(embeddingOperators[format], data, constants, 3, 'y');
  expect(difference).toBe(0);
  expect(reference.some((value) => value !== 0)).toBe(true);
});

it.each(await goldenBlocks())(
  'unpacks $name to the bit on the device',
  async ({ format, rows, columns, bytes, values }) => {
    const { codes, scales } = packWeight(format as BlockFormatName, bytes, rows, columns);
    const data = {
      ids: Uint32Array.from({ length: rows }, (_, row) => row),
      codes,
      ...(hasScales(format) ? { scales } : {}),
      y: new Float32Array(rows * columns),
    };
    const constants = { columns, firstRow: 0, tableRows: rows };
    const operator = embeddingOperators[format];
    const unpacked = await runOperator(await dawnBackend(), operator, data, constants, rows, 'y');
    // Zeros may have either sign, and a device may flush subnormal numbers to zero.
    const plain = (list: ArrayLike<number>): number[] =>
      Array.from(list, (value) => (Math.abs(value) < 2 ** -126 ? 0 : value));
    expect(plain(unpacked)).toEqual(plain(values));
  },
);
