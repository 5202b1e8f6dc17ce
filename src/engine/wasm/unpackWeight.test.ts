import { expect, it } from 'vitest';
import { weightReader } from '../kernels/linear/weightAt.ts';
import { randomWeight } from '../testing/agreement.ts';
import { unpackWeight } from './unpackWeight.ts';

it.each(['q8_0', 'q4_0', 'q4_1'] as const)('unpacks %s to the very values that its reader gives', (format) => {
  const [rows, columns] = [5, 70];
  const { codes, scales } = randomWeight(format, rows, columns) as { codes: Uint32Array; scales: Uint32Array };
  const read = weightReader(format, columns, codes, scales);
  const expected = Array.from({ length: rows * columns }, (_, at) =>
    Math.fround(read(Math.floor(at / columns), at % columns)),
  );
  expect([...unpackWeight(format, { rows, columns }, codes, scales)]).toEqual(expected);
});
