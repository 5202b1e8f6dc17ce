import { expect, it } from 'vitest';
import { weightReader } from '../kernels/linear/weightAt.ts';
import { type PackedFormat, weightLayouts } from '../quant/weightLayouts.ts';
import { randomWeight } from '../testing/agreement.ts';
import { unpackWeight } from './unpackWeight.ts';

it.each(Object.keys(weightLayouts) as PackedFormat[])(
  'unpacks %s to the very values that its reader gives',
  (format) => {
    const [rows, columns, stride, first] = [5, 300, 320, 2];
    const { codes, scales } = randomWeight(format, rows, columns) as { codes: Uint32Array; scales?: Uint32Array };
    const read = weightReader(format, columns, codes, scales);
    const target = new Float32Array(3 * stride).fill(7);
    unpackWeight(format, columns, codes, scales)(first, 3, target, stride);
    const expected = Array.from({ length: 3 * stride }, (_, at) => {
      const column = at % stride;
      return column < columns ? read(first + Math.floor(at / stride), column) : 7;
    });
    expect([...target]).toEqual(expected);
  },
);
