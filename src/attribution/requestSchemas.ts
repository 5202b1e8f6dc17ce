// What each method of the attribution worker takes. Bytes of indexes and receipts are checked by who decodes them.
import * as v from 'valibot';
import { type RequestSchemas, wholeNumber } from '../lib/checkedService.ts';
import type { AttributionService } from './service.ts';

const id = v.string();
const bytes = v.instance(Uint8Array);
const tokenIds = v.array(wholeNumber(0));
const ppm = v.pipe(wholeNumber(0), v.maxValue(1_000_000));
const gradient = v.instance(Float32Array);
const sketch = v.strictObject({ codes: v.instance(Int8Array), exponent: v.pipe(v.number(), v.safeInteger()) });
const seed = v.optional(v.pipe(v.number(), v.safeInteger()));

const indexRow = v.looseObject({
  prompt: v.string(),
  response: v.string(),
  account: v.string(),
  contribution: v.string(),
  position: wholeNumber(0),
  contentKey: v.optional(v.string()),
  placebo: v.optional(v.boolean()),
  sketch,
});

const evaluation = v.strictObject({
  method: v.literal('source-recovery'),
  questions: wholeNumber(0),
  firstIsSource: wholeNumber(0),
  sourceInFive: wholeNumber(0),
});

const policy = v.strictObject({
  channelsPpm: v.pipe(
    v.strictTuple([ppm, ppm, ppm]),
    v.check((weights) => weights.reduce((sum, weight) => sum + weight, 0) === 1_000_000, 'Expected a sum of 1,000,000'),
  ),
  placeboPercent: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
  capPpm: ppm,
  minimumSpanTokens: wholeNumber(0),
  minimumSpanBits: v.pipe(v.number(), v.finite(), v.minValue(0)),
});

/** What a receipt takes of an attribution; the rest is for screens. */
const attribution = v.looseObject({
  contributors: v.array(v.looseObject({ account: v.string(), ppm })),
  spans: v.array(v.looseObject({ start: wholeNumber(0), end: wholeNumber(0) })),
  unattributedPpm: ppm,
  sketch,
});

const rows = v.array(v.looseObject({ prompt: v.string(), response: v.string(), responseIds: tokenIds }));

export const requestSchemas: RequestSchemas<AttributionService> = {
  open: v.strictObject({ id, index: bytes, rows }),
  giveTexts: v.strictObject({ id, rows }),
  close: v.strictObject({ id }),
  attribute: v.strictObject({ id, gradient, answerIds: tokenIds }),
  createReceipt: v.strictObject({
    id,
    attribution,
    subject: v.strictObject({
      adapter: v.string(),
      model: v.string(),
      payer: v.string(),
      // `RECEIPT_INVALID` says what these may be.
      amount: v.string(),
      timestamp: v.number(),
    }),
    prompt: v.string(),
    answer: v.string(),
    answerIds: tokenIds,
  }),
  verifyReceipt: v.strictObject({
    id,
    receipt: bytes,
    disclosure: v.optional(
      v.strictObject({ salt: bytes, prompt: v.string(), answer: v.string(), answerIds: tokenIds }),
    ),
  }),
  decodeReceipt: v.strictObject({ receipt: bytes }),
  sketch: v.strictObject({ gradient, size: v.optional(v.pipe(wholeNumber(1), v.maxValue(1 << 20))), seed }),
  buildIndex: v.strictObject({
    rows: v.array(indexRow),
    parameterCount: wholeNumber(1),
    adapterHash: v.optional(v.string()),
    seed,
    policy: v.optional(policy),
    evaluation: v.optional(evaluation),
  }),
};
