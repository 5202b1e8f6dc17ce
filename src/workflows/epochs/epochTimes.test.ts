import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EpochState } from '../../settlement/index.ts';
import { epochTimes } from './epochTimes.ts';

const EPOCH = 604_800;
const GRACE = 86_400;
const GENESIS = 1_700_000_000;

/** What the contract says while `epoch` runs: its clock starts at `GENESIS`. */
function stateOf(epoch: bigint): EpochState {
  const startsAt = GENESIS + Number(epoch) * EPOCH;
  return { epoch, startsAt, endsAt: startsAt + EPOCH, closesAt: startsAt + EPOCH + GRACE, now: startsAt + 1 };
}

test('an epoch has the same times whichever epoch is running when it is asked for', () => {
  const epoch = fc.bigInt({ min: 0n, max: 5_000n });
  fc.assert(
    fc.property(epoch, epoch, (asked, running) => {
      const { startsAt, endsAt, closesAt } = stateOf(asked);
      expect(epochTimes(asked, stateOf(running), { epochSeconds: EPOCH })).toStrictEqual({
        startsAt,
        endsAt,
        closesAt,
      });
    }),
  );
});

test('the epoch before the running one ended when that began', () => {
  const state = stateOf(7n);
  expect(epochTimes(6n, state, { epochSeconds: EPOCH }).endsAt).toBe(state.startsAt);
  expect(epochTimes(8n, state, { epochSeconds: EPOCH }).startsAt).toBe(state.endsAt);
});
