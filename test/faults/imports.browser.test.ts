// Safety copies with damage on purpose. The short form, always of seed 7, and what the long form (`npm run faults -- imports`) runs.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseEverything } from '../../src/store/index.ts';
import { type Example, faultOf, openExample, parts } from './imports/tryImport.ts';

const asked = import.meta.env as Readonly<Record<string, string | undefined>>;
const runs = Number(asked['VITE_FAULT_RUNS'] ?? 30);
const seed = Number(asked['VITE_FAULT_SEED'] ?? 7);
const first = Number(asked['VITE_FAULT_FIRST'] ?? 0);
const begins = (asked['VITE_FAULT_PARTS'] ?? '').split(',');

let example: Example;
beforeAll(async () => {
  example = await openExample();
});
afterAll(async () => void (await eraseEverything()));

test.each(parts.filter((part) => begins.some((begin) => part.startsWith(begin))))(
  '%s',
  async (part) => {
    const faults: string[] = [];
    for (let run = first; run < first + runs; run += 1) {
      const fault = await faultOf(example, { part, seed, run });
      if (fault !== undefined)
        faults.push(`${fault} (npm run faults -- imports/${part} --seed ${seed} --first ${run} --runs 1)`);
    }
    expect(faults.join('\n')).toBe('');
  },
  60_000 + 10_000 * runs,
);
