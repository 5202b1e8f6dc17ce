// Every golden case of the attribution, through the same module that `npm run conformance` uses.
import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cases } from '../../test/conformance/attribution.ts';

const root = path.resolve(import.meta.dirname, '../../test/golden/attribution');
const folders = globSync('*', { cwd: root });
let count = 0;

for (const folder of folders) {
  describe(folder, async () => {
    for await (const { name, run } of cases(path.join(root, folder), undefined as never)) {
      count += 1;
      test(name, async () => {
        const outcome = await run();
        if (!('error' in outcome)) throw new Error(outcome.unsupported);
        expect(outcome.error, outcome.note).toBeLessThanOrEqual(outcome.tolerance);
      });
    }
  });
}

test('the golden data was there', () => {
  expect(count).toBeGreaterThan(80);
});
