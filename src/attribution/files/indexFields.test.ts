import * as v from 'valibot';
import { expect, test } from 'vitest';
import { defaultPolicy } from './defaultPolicy.ts';
import {
  contributionName,
  evaluation,
  exponent,
  parameterCount,
  policy,
  position,
  ppm,
  sketchSeed,
  sketchSize,
} from './indexFields.ts';

test.each<[string, v.GenericSchema<number>, number, number]>([
  ['ppm', ppm, 0, 1_000_000],
  ['exponent', exponent, -400, 400],
  ['sketchSize', sketchSize, 1, 131_072],
  ['sketchSeed', sketchSeed, 0, 4_294_967_295],
  ['parameterCount', parameterCount, 1, 1_099_511_627_776],
  ['position', position, 0, 2_147_483_647],
])('%s has its bounds', (_, schema, least, most) => {
  const taken = [least - 1, least, least + 0.5, most, most + 1].filter((value) => v.is(schema, value));
  expect(taken).toEqual([least, most]);
});

test('a name has up to 200 characters and no half of one', () => {
  expect(['', 'a'.repeat(200), 'a'.repeat(201), '\ud800'].map((name) => v.is(contributionName, name))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a policy keeps to its bounds', () => {
  const bounds: Record<string, [number, number]> = {
    placeboPercent: [1, 100],
    capPpm: [1, 1_000_000],
    minimumSpanTokens: [1, 100_000],
    minimumSpanBits: [0, Number.MAX_VALUE],
  };
  for (const [field, [least, most]] of Object.entries(bounds))
    expect(
      [least - 1, least, most, most === Number.MAX_VALUE ? Number.POSITIVE_INFINITY : most + 1].map((value) =>
        v.is(policy, { ...defaultPolicy(3), [field]: value }),
      ),
    ).toEqual([false, true, true, false]);
});

test('more sources are never found than questions asked', () => {
  const is = (questions: number, firstIsSource: number, sourceInFive: number): boolean =>
    v.is(evaluation, { method: 'source-recovery', questions, firstIsSource, sourceInFive });
  expect([is(5, 5, 5), is(5, 0, 5), is(1, 0, 0), is(1_000_000, 1_000_000, 1_000_000)]).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([is(5, 0, 6), is(5, 4, 3), is(0, 0, 0), is(1_000_001, 0, 0), is(5, -1, 0), is(5, -1, -1)]).toEqual(
    Array.from({ length: 6 }, () => false),
  );
});

test('one of a few contributors may get everything, one of many a fifth', () => {
  const { capPpm: _, ...same } = defaultPolicy(1);
  expect([1, 19, 20, 1_000].map((count) => defaultPolicy(count))).toEqual(
    [1_000_000, 1_000_000, 200_000, 200_000].map((capPpm) => ({ ...same, capPpm })),
  );
  expect(same).toEqual({
    channelsPpm: [600_000, 200_000, 200_000],
    placeboPercent: 95,
    minimumSpanTokens: 8,
    minimumSpanBits: 40,
  });
  expect(v.is(policy, defaultPolicy(1))).toBe(true);
});
