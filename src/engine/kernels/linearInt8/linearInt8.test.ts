import { describe, expect, it } from 'vitest';
import { agreement, randomWeight, runnableVariants, testNoise } from '../../testing/agreement.ts';
import { linearOperators } from '../linear/linear.ts';
import { quantizeActivationsOperator } from '../quantizeActivations/quantizeActivations.ts';
import { linearInt8Operators } from './linearInt8.ts';

const shapes = [
  { rows: 1, inputs: 64, outputs: 40 },
  { rows: 1, inputs: 250, outputs: 7 },
  { rows: 17, inputs: 96, outputs: 103 },
];

describe.each(['q8_0', 'q4_0', 'q4_1'] as const)('linearInt8 %s', (format) => {
  it.each(shapes)('agrees with the reference at $rows x $inputs -> $outputs', async ({ rows, inputs, outputs }) => {
    const blocks = rows * Math.ceil(inputs / 32);
    const exact = testNoise(rows * inputs);
    const quantized = { codes: new Uint32Array(blocks * 8), factors: new Float32Array(blocks * 2) };
    quantizeActivationsOperator.reference({ x: exact, ...quantized }, { columns: inputs }, { rows });
    const weight = randomWeight(format, outputs, inputs);
    const y = testNoise(rows * outputs, 5);
    for (const accumulate of [0, 1]) {
      const constants = { rows, inputs, outputs, stride: outputs, scale: 0.5, accumulate };
      const data = { x: quantized.codes, factors: quantized.factors, ...weight, y };
      const operator = linearInt8Operators[format];
      for (const variant of await runnableVariants(operator, constants)) {
        const forced = { ...operator, variants: [{ ...variant, supports: () => true }] };
        const { difference, reference } = await agreement(forced, data, constants, rows, 'y');
        expect(difference, variant.name).toBeLessThan(2e-5);
        // The int8 result is near that of the unquantised activations.
        const whole = y.slice();
        linearOperators[format].reference({ x: exact, ...weight, y: whole }, constants, { rows });
        const largest = Math.max(...whole.map(Math.abs));
        expect(largest).toBeGreaterThan(0.01);
        for (const [index, value] of whole.entries()) {
          expect(Math.abs(value - (reference[index] ?? Number.NaN))).toBeLessThan(0.03 * largest);
        }
      }
    }
  });
});
