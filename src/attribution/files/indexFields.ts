// What the fields of an index may be: one place for whoever builds an index and whoever opens one, so that what is built opens.
import * as v from 'valibot';

export const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));

export const ppm = whole(0, 1_000_000);
/** 2^(e_i + e_j) must neither over- nor underflow in f64. */
export const exponent = whole(-400, 400);
export const sketchSize = whole(1, 131_072);
export const sketchSeed = whole(0, 2 ** 32 - 1);
export const parameterCount = whole(1, 2 ** 40);
/** Of a row in its contribution. */
export const position = whole(0, 2 ** 31 - 1);
export const contributionName = v.pipe(
  v.string(),
  v.check((name) => name.isWellFormed(), 'a name has no lone surrogates'),
  v.maxLength(200),
);

export const policy = v.strictObject({
  channelsPpm: v.pipe(
    v.strictTuple([ppm, ppm, ppm]),
    v.check(([one, two, three]) => one + two + three === 1_000_000, 'channels must add to 1,000,000'),
  ),
  placeboPercent: whole(1, 100),
  capPpm: whole(1, 1_000_000),
  minimumSpanTokens: whole(1, 100_000),
  minimumSpanBits: v.pipe(v.number(), v.finite(), v.minValue(0)),
});

export const evaluation = v.pipe(
  v.strictObject({
    method: v.literal('source-recovery'),
    questions: whole(1, 1_000_000),
    firstIsSource: whole(0, 1_000_000),
    sourceInFive: whole(0, 1_000_000),
  }),
  v.check(
    ({ questions, firstIsSource, sourceInFive }) => firstIsSource <= sourceInFive && sourceInFive <= questions,
    'more sources were found than questions asked',
  ),
);
