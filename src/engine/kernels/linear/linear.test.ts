import { describe, expect, it } from 'vitest';
import { weightFormats } from '../../formats/blockFormats.ts';
import { agreement, randomWeight, runnableVariants, testNoise } from '../../testing/agreement.ts';
import { linearOperators } from './linear.ts';

// Odd sizes reach every edge: a tile across the border, a padded block, rows whose length is not a multiple of 4.
const shapes = [
  { rows: 1, inputs: 64, outputs: 40 },
  { rows: 1, inputs: 50, outputs: 7 },
  { rows: 13, inputs: 96, outputs: 33 },
  { rows: 37, inputs: 250, outputs: 96 },
  { rows: 3, inputs: 36, outputs: 5 },
  { rows: 64, inputs: 96, outputs: 1003 },
];

describe.each(weightFormats)('linear %s', (format) => {
  it.each(shapes)('agrees with the reference at $rows x $inputs -> $outputs', async ({ rows, inputs, outputs }) => {
    for (const accumulate of [0, 1]) {
      const data = {
        x: testNoise(rows * inputs),
        ...randomWeight(format, outputs, inputs),
        y: testNoise(rows * outputs, 5),
      };
      const constants = { rows, inputs, outputs, stride: outputs, scale: 0.5, accumulate };
      const operator = linearOperators[format];
      for (const variant of await runnableVariants(operator, constants)) {
        const forced = { ...operator, variants: [{ ...variant, supports: () => true }] };
        const { difference, reference } = await agreement(forced, data, constants, rows, 'y');
        expect(Math.max(...(reference as Float32Array))).toBeGreaterThan(0.01);
        // float16 rounds each product to within 2^-11 of its size.
        expect(difference, variant.name).toBeLessThan(variant.computeDtype === 'float16' ? 2e-2 : 2e-5);
      }
    }
  });

  it('leaves inactive rows unchanged', async () => {
    const data = { x: testNoise(8 * 32), ...randomWeight(format, 4, 32), y: new Float32Array(32).fill(9) };
    const constants = { rows: 8, inputs: 32, outputs: 4, stride: 4, scale: 1, accumulate: 0 };
    const { reference } = await agreement(linearOperators[format], data, constants, 2, 'y');
    expect([...reference.slice(8)]).toEqual(Array.from({ length: 24 }, () => 9));
  });
});
