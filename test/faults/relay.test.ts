// The short form of `npm run faults -- relay kills/relay`: one attempt each, always with the same seed.
import { expect, test } from 'vitest';
import { attemptPart } from './partsSuite.ts';
import { hostilePeers } from './relay/hostilePeers.ts';
import { killedRelay } from './relay/kills.ts';
import { replaced } from './relay/replaced.ts';

const SEED = 7;

test.each([
  { suite: 'relay', part: replaced },
  { suite: 'relay', part: hostilePeers },
  { suite: 'kills', part: killedRelay },
])('$suite/$part.name', { timeout: 400_000 }, async ({ suite, part }) => {
  const fault = await attemptPart(part, SEED, 0);
  expect(fault, `npm run faults -- ${suite}/${part.name} --seed ${SEED} --first 0 --runs 1`).toBeUndefined();
});
