import { expect, it } from 'vitest';
import { createReferenceBackend } from '../../reference/createReferenceBackend.ts';
import { dawnBackend, testNoise } from '../../testing/agreement.ts';
import { runOperator } from '../../testing/runOperator.ts';
import { quantizeActivationsOperator } from './quantizeActivations.ts';

it.each([
  { rows: 1, columns: 64 },
  { rows: 5, columns: 50 },
])('rounds $rows x $columns to bytes as the reference does', async ({ rows, columns }) => {
  const blocks = rows * Math.ceil(columns / 32);
  const x = testNoise(rows * columns);
  // A block of zeros has no scale.
  x.fill(0, 0, 32);
  const data = { x, codes: new Uint32Array(blocks * 8).fill(7), factors: new Float32Array(blocks * 2).fill(7) };
  const run = async (result: string): Promise<[Int8Array | Float32Array, Int8Array | Float32Array]> => {
    const copy = { x, codes: data.codes.slice(), factors: data.factors.slice() };
    const both = await Promise.all(
      [createReferenceBackend(), await dawnBackend()].map((backend) =>
        runOperator(backend, quantizeActivationsOperator, copy, { columns }, rows, result),
      ),
    );
    const [expected, actual] = both.map((each) =>
      each instanceof Float32Array ? each : new Int8Array(each.buffer, 0, each.length * 4),
    );
    return [expected as Float32Array, actual as Float32Array];
  };
  const [expectedCodes, actualCodes] = await run('codes');
  expect(Math.max(...expectedCodes)).toBe(127);
  // A device may round the last bit of 127 / max differently, and then also a number half-way between two codes.
  const differences = actualCodes.map((code, index) => Math.abs(code - (expectedCodes[index] ?? Number.NaN)));
  expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  expect(differences.filter((each) => each > 0).length).toBeLessThan(2);
  const [expectedFactors, actualFactors] = await run('factors');
  for (const [index, value] of expectedFactors.entries()) {
    const tolerance = index % 2 === 0 ? 1e-7 : 0.02;
    expect(Math.abs((actualFactors[index] ?? Number.NaN) - value)).toBeLessThan(tolerance);
  }
});
