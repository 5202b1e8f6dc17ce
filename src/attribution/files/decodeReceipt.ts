// Decodes a receipt from an untrusted source. Only the form is checked here; `verifyReceipt` recomputes what it claims.
import * as v from 'valibot';
import { bytesToHex, ownBytes } from '../../lib/bytes.ts';
import { decodeCanonicalCbor } from '../../lib/canonicalCbor.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Sketch } from '../types.ts';
import { exponent, ppm, whole } from './indexFields.ts';
import type { DecodedReceipt } from './receiptTypes.ts';

const sizedBytes = (length: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((value) => value.length === length, `${length} bytes expected`),
  );
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
  sketch: v.strictObject({ exponent, codes: v.instance(Uint8Array) }),
  verbatim: v.array(v.strictTuple([whole(0, 1_000_000), v.pipe(v.number(), v.finite(), v.gtValue(0))])),
  shares: v.array(v.strictTuple([sizedBytes(20), whole(1, 1_000_000)])),
  unattributedPpm: ppm,
});

export interface ReceiptDocument extends DecodedReceipt {
  readonly sketch: Sketch;
  /** Bits per row, ascending by row. */
  readonly verbatim: ReadonlyMap<number, number>;
}

/** Position of the first entry that is not after the one before it, or undefined. */
function unordered<Value extends number | string>(keys: readonly Value[]): number | undefined {
  const at = keys.findIndex((key, index) => index > 0 && key <= (keys[index - 1] as Value));
  return at === -1 ? undefined : at;
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
  const accounts = shares.map(([account]) => `0x${bytesToHex(account)}`);
  for (const [list, at] of [
    ['verbatim', unordered(verbatim.map(([row]) => row))],
    ['shares', unordered(accounts)],
  ] as const) {
    if (at !== undefined) refuse(`${list}[${at}] is not after the one before it`);
  }
  return {
    subject,
    indexRoot: bytesToHex(index),
    promptHash: bytesToHex(prompt),
    answerHash: bytesToHex(answer),
    answerTokenCount: answerTokens,
    sketch: { codes, exponent: sketch.exponent },
    verbatim: new Map(verbatim),
    shares: shares.map(([, share], index) => ({ account: accounts[index] as string, ppm: share })),
    unattributedPpm,
  };
}
