// The short form of `npm run faults -- chain`, the same walks each time.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultOf, openBench, parts } from './chain/chainSuite.ts';

const SEED = 7;
let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

test.each(parts)(
  '%s',
  async (part) => {
    const again = `npm run faults -- chain/${part} --seed ${SEED} --runs 1`;
    expect(await faultOf(bench, part, SEED, 0), again).toBeUndefined();
    // Fifteen seconds on a machine that does little else.
  },
  300_000,
);
