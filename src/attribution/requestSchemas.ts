// What each method of the attribution worker takes. Bytes of indexes and receipts are checked by who decodes them.
import * as v from 'valibot';
import { bytesSchema, type RequestSchemas } from '../lib/checkedService.ts';
import * as fields from './files/indexFields.ts';
import type { AttributionService } from './service.ts';

const id = v.string();
const bytes = bytesSchema;
const tokenIds = v.array(fields.whole(0, 2 ** 31 - 1));
const gradient = v.instance(Float32Array);
const sketch = v.strictObject({
  codes: v.pipe(
    v.instance(Int8Array),
    v.check((codes) => !codes.includes(-128), 'Expected codes from -127 to 127'),
  ),
  exponent: fields.exponent,
});
const seed = v.optional(fields.sketchSeed);
const account = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/));

const indexRow = v.looseObject({
  prompt: v.string(),
  response: v.string(),
  // `INDEX_ROWS_INVALID` says which row has no valid address.
  account: v.string(),
  contribution: fields.contributionName,
  position: fields.position,
  contentKey: v.optional(v.string()),
  placebo: v.optional(v.boolean()),
  sketch,
});

/** What a receipt takes of an attribution; the rest is for screens. */
const attribution = v.looseObject({
  contributors: v.array(v.looseObject({ account, ppm: fields.ppm })),
  unattributedPpm: fields.ppm,
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
      timestamp: v.pipe(v.number(), v.finite()),
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
  sketch: v.strictObject({ gradient, size: v.optional(fields.sketchSize), seed }),
  buildIndex: v.strictObject({
    rows: v.array(indexRow),
    parameterCount: fields.parameterCount,
    adapterHash: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    seed,
    policy: v.optional(fields.policy),
    evaluation: v.optional(fields.evaluation),
  }),
};
