// The models domain estimates sizes before the engine is loaded, so it has a table of its own: it must say what the engine's says.
import { expect, test } from 'vitest';
import { weightFormats } from '../src/engine/formats/blockFormats.ts';
import { weightWords } from '../src/engine/formats/deviceLayout.ts';
import { tensorBytes } from '../src/models/requirements/packedBytes.ts';

test.each(weightFormats)('a %s tensor takes as many bytes as the models domain estimates', (format) => {
  const [rows, columns] = [32, 512];
  const packing = { weights: 'stored', embedding: 'stored', head: 'stored' } as const;
  const { codes, scales } = weightWords(format, rows, columns);
  expect(tensorBytes({ name: 'w', format, shape: [rows, columns] }, packing)).toBe(4 * (codes + scales));
});
