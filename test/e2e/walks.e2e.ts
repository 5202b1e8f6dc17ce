// The short form of the walks of `npm run faults`: one of each kind, always the same ones.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceSuite } from '../faults/walks/device.ts';
import { quotaSuite } from '../faults/walks/quota.ts';
import { tabSuite } from '../faults/walks/tabs.ts';
import { twoTabSuite } from '../faults/walks/twoTabs.ts';
import { faultOf, type WalkSuite } from '../faults/walks/walkSuite.ts';
import { type Bench, startBench } from './harness.ts';

const SEED = 7;

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench?.end());

const chosen: readonly (readonly [suite: WalkSuite, part: string])[] = [
  [tabSuite, 'contributing'],
  [twoTabSuite, 'drafts'],
  [quotaSuite, 'drafting'],
  [deviceSuite, 'answering'],
];

test.each(chosen.map(([suite, part]) => [`${suite.name}/${part}`, suite, part] as const))(
  '%s: nothing is lost, nothing is done twice, and there is a way on',
  async (_, { name, parts }, part) => {
    const walk = parts[part];
    if (walk === undefined) throw new Error('There is no such walk.');
    expect(await faultOf(walk, bench, { suite: name, part, seed: SEED, run: 0 })).toBeUndefined();
  },
);
