// Decodes a receipt from an untrusted source. Only the form is checked here; `verifyReceipt` recomputes what it claims.
import * as v from 'valibot';
import { bytesToHex, ownBytes } from '../../lib/bytes.ts';
import { decodeCanonicalCbor } from '../../lib/canonicalCbor.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Sketch } from '../types.ts';
import type { DecodedReceipt } from './receiptTypes.ts';

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const sizedBytes = (length: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((value) => value.length === length, `${length} bytes expected`),
  );
const ppm = whole(0, 1_000_000);
/** Seconds since 1970 of the last moment that a `Date` can show. */
const MAX_TIMESTAMP = 8_640_000_000_000;

const receiptSchema = v.strictObject({
  v: v.literal(1),
  type: v.literal('receipt'),
  subject: v.strictObject({
    adapter: v.pipe(v.string(), v.maxLength(200)),
    model: v.pipe(v.string(), v.regex(/^(0x[0-9a-f]{64})?$/)),
    payer: v.pipe(v.string(), v.regex(/^(0x[0-9a-f]{40})?$/)),
    amount: v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,77})$/)),
    timestamp: whole(0, MAX_TIMESTAMP),
  }),
  index: sizedBytes(32),
  prompt: sizedBytes(32),
  answer: sizedBytes(32),
  answerTokens: whole(0, 1_000_000),
  sketch: v.strictObject({ exponent: whole(-400, 400), codes: v.instance(Uint8Array) }),
  verbatim: v.array(v.strictTuple([whole(0, 1_000_000), v.pipe(v.number(), v.finite(), v.gtValue(0))])),
  shares: v.array(v.strictTuple([sizedBytes(20), ppm])),
  unattributedPpm: ppm,
});

export interface ReceiptDocument extends DecodedReceipt {
  readonly sketch: Sketch;
  /** Bits per row, ascending by row. */
  readonly verbatim: ReadonlyMap<number, number>;
}

function refuse(reason: string): never {
  throw new TributaryError({
    code: 'RECEIPT_INVALID',
    message: 'This is not a receipt.',
    facts: { reason },
    hint: 'Choose a file that the chat saved as a receipt.',
  });
}

/** Throws `RECEIPT_INVALID`. */
export function decodeReceipt(source: Uint8Array): ReceiptDocument {
  let decoded: unknown;
  try {
    decoded = decodeCanonicalCbor(source);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
  const parsed = v.safeParse(receiptSchema, decoded);
  if (!parsed.success) refuse(`${v.getDotPath(parsed.issues[0]) ?? ''} ${parsed.issues[0].message}`);
  const { subject, index, prompt, answer, answerTokens, sketch, verbatim, shares, unattributedPpm } = parsed.output;
  const codes = new Int8Array(ownBytes(sketch.codes).buffer);
  if (codes.includes(-128)) refuse('sketch.codes holds -128');
  return {
    subject,
    indexRoot: bytesToHex(index),
    promptHash: bytesToHex(prompt),
    answerHash: bytesToHex(answer),
    answerTokenCount: answerTokens,
    sketch: { codes, exponent: sketch.exponent },
    verbatim: new Map(verbatim),
    shares: shares.map(([account, share]) => ({ account: `0x${bytesToHex(account)}`, ppm: share })),
    unattributedPpm,
  };
}
