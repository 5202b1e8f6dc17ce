// The committed ABIs and bytecode against the sources: `npm start` deploys what is committed without compiling.
import { expect, test } from 'vitest';
import { staleAbiFiles } from '../../tools/genAbi.ts';

test('equal a fresh compilation', { timeout: 300_000 }, () => {
  expect(staleAbiFiles()).toEqual([]);
});
