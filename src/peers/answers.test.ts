import { encode } from '@ipld/dag-cbor';
import { describe, expect, it } from 'vitest';
import { openAnswers } from './answers.ts';
import { memoryState } from './testing/memoryState.ts';
import type { Verdict } from './types.ts';

const KEPT: Verdict = { outcome: 'kept' };
const LATER: Verdict = { outcome: 'later', code: 'RELAY_BUSY' };
const REFUSED: Verdict = { outcome: 'refused', code: 'QUOTA_EXCEEDED', facts: { limit: 5 } };
const NOW = 1_700_000_000_000;

async function world() {
  const state = memoryState();
  const open = async () => openAnswers(state, await state.entries());
  return { state, open, answers: await open() };
}

/** Seconds after which a relay that gave this answer so many times is asked again. */
async function pauseAfter(verdict: Verdict, times: number): Promise<number> {
  const { answers } = await world();
  for (let count = 0; count < times; count += 1) await answers.add('a', 'relay', verdict, NOW);
  let [low, high] = [0, 100_000];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (answers.isDue('a', 'relay', NOW + middle * 1_000)) high = middle;
    else low = middle + 1;
  }
  expect(answers.isDue('a', 'relay', NOW + low * 1_000 - 1)).toBe(false);
  return low;
}

describe('asking again', () => {
  it('what was not asked is due, and what is kept is not', async () => {
    const { answers } = await world();
    expect(answers.isDue('a', 'relay', NOW)).toBe(true);
    await answers.add('a', 'relay', KEPT, NOW);
    expect([answers.isDue('a', 'relay', NOW + 1e12), answers.isDue('a', 'other', NOW)]).toEqual([false, true]);
    expect(answers.isDue('b', 'relay', NOW)).toBe(true);
  });

  it.each<[string, Verdict, readonly number[]]>([
    ['later', LATER, [15, 30, 60, 120, 240, 480, 600, 600]],
    ['refused', REFUSED, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]],
    ['later, not before 100 s', { ...LATER, retryAfterSeconds: 100 }, [100, 100, 100, 120]],
  ])('%s: after pauses that grow', async (_, verdict, pauses) => {
    for (const [index, pause] of pauses.entries()) expect(await pauseAfter(verdict, index + 1)).toBe(pause);
    expect(await pauseAfter(verdict, 200)).toBe(verdict.outcome === 'later' ? 600 : 3_600);
  });

  it('at once where a clock was set back', async () => {
    const { answers } = await world();
    await answers.add('a', 'relay', REFUSED, NOW);
    expect([answers.isDue('a', 'relay', NOW - 1), answers.isDue('a', 'relay', NOW)]).toEqual([true, false]);
  });

  it('at once and one time where a relay was reached again, of what it does not keep', async () => {
    const { answers } = await world();
    await answers.add('a', 'relay', LATER, NOW);
    await answers.add('a', 'other', LATER, NOW);
    await answers.add('b', 'relay', KEPT, NOW);
    answers.wake('relay');
    await answers.add('c', 'relay', LATER, NOW);
    const due = (): boolean[] =>
      [
        ['a', 'relay'],
        ['a', 'other'],
        ['b', 'relay'],
        ['c', 'relay'],
      ].map(([key = '', relay = '']) => answers.isDue(key, relay, NOW));
    expect(due()).toEqual([true, false, false, false]);
    await answers.add('a', 'relay', LATER, NOW);
    expect(due()).toEqual([false, false, false, false]);
  });
});

it('counts answers other than "kept" in a row, of each relay', async () => {
  const { answers } = await world();
  const failures = (): unknown[] => answers.of('a').map((each) => [each.relay, each.failures, each.at]);
  expect(answers.of('a')).toEqual([]);
  await answers.add('a', 'relay', LATER, NOW);
  await answers.add('a', 'other', REFUSED, NOW + 1);
  await answers.add('a', 'relay', REFUSED, NOW + 2);
  expect(failures()).toEqual([
    ['other', 1, NOW + 1],
    ['relay', 2, NOW + 2],
  ]);
  expect(answers.isKept('a')).toBe(false);
  await answers.add('a', 'relay', KEPT, NOW + 3);
  expect([failures(), answers.isKept('a')]).toEqual([
    [
      ['other', 1, NOW + 1],
      ['relay', 0, NOW + 3],
    ],
    true,
  ]);
  await answers.add('a', 'relay', LATER, NOW + 4);
  expect(failures()[1]).toEqual(['relay', 1, NOW + 4]);
});

it('is on disk: over a restart all is as it was, and what is forgotten is gone', async () => {
  const { state, open, answers } = await world();
  await answers.add('a', 'relay', REFUSED, NOW);
  await answers.add('a', 'other', KEPT, NOW);
  await answers.add('b', 'relay', LATER, NOW);
  expect((await state.entries()).map(([key]) => key)).toEqual(['answers/a', 'answers/b']);
  const again = await open();
  expect([again.of('a'), again.of('b')]).toEqual([
    [
      { ...REFUSED, relay: 'relay', at: NOW, failures: 1 },
      { ...KEPT, relay: 'other', at: NOW, failures: 0 },
    ],
    [{ ...LATER, relay: 'relay', at: NOW, failures: 1 }],
  ]);
  await again.forget('a', 'other');
  await again.forget('a', 'nobody');
  await again.forget('b', 'nobody');
  expect((await open()).of('a').map(({ relay }) => relay)).toEqual(['relay']);
  await again.delete('a');
  await again.delete('never there');
  expect([again.of('a'), (await state.entries()).map(([key]) => key)]).toEqual([[], ['answers/b']]);
});

it('writes nothing where there is nothing to forget, and what it cannot write was not said', async () => {
  const state = memoryState();
  const calls: string[] = [];
  let isFull = true;
  const fill = (call: string, work: () => Promise<void>): Promise<void> => {
    calls.push(call);
    return isFull ? Promise.reject(new Error('full')) : work();
  };
  const answers = openAnswers(
    {
      ...state,
      put: (key, value) => fill('put', () => state.put(key, value)),
      delete: (key) => fill('delete', () => state.delete(key)),
    },
    [],
  );
  await answers.forget('a', 'relay');
  await answers.delete('a');
  expect(calls).toEqual([]);
  await expect(answers.add('a', 'relay', KEPT, NOW)).rejects.toThrow('full');
  expect([answers.isKept('a'), answers.isDue('a', 'relay', NOW)]).toEqual([false, true]);
  isFull = false;
  await answers.add('a', 'relay', LATER, NOW);
  isFull = true;
  await expect(answers.forget('a', 'relay')).rejects.toThrow('full');
  expect(answers.of('a')).toMatchObject([LATER]);
  await expect(answers.delete('a')).rejects.toThrow('full');
});

it('takes two answers at once', async () => {
  const { answers } = await world();
  await Promise.all([answers.add('a', 'relay', KEPT, NOW), answers.add('a', 'other', REFUSED, NOW)]);
  expect(answers.of('a').map(({ relay }) => relay)).toEqual(['relay', 'other']);
});

it('takes nothing from a disk that another version, or damage, left', async () => {
  const answer = encode({ v: 9 });
  const answers = openAnswers(memoryState(), [
    ['answers/damaged', Uint8Array.of(0xff)],
    ['answers/other', encode({ answers: 5 })],
    ['answers/odd', encode({ v: 1, answers: [{ relay: 'relay', at: 1, failures: 1, answer }] })],
    ['own/answers/', encode({ v: 1, answers: [] })],
  ]);
  for (const key of ['damaged', 'other', 'odd'])
    expect([answers.of(key), answers.isDue(key, 'r', NOW)]).toEqual([[], true]);
});
