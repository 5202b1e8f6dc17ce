// Decodes an index from an untrusted source: every field is checked before anything of a stated size is allocated.
import { decode } from '@ipld/dag-cbor';
import * as v from 'valibot';
import { bytesToHex, ownBytes } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { AttributionIndex, IndexedRows } from './attributionIndex.ts';
import { sketchRoot } from './sketchRoot.ts';

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const bytes = v.instance(Uint8Array);
const ppm = whole(0, 1_000_000);

const rowsSchema = v.strictObject({
  count: whole(0, 1_000_000),
  hashes: bytes,
  owners: v.array(whole(0, 1_000_000)),
  contributions: v.array(whole(0, 1_000_000)),
  positions: v.array(whole(0, 2 ** 31 - 1)),
  classes: v.array(whole(0, 1_000_000)),
  // 2^(e_i + e_j) must neither over- nor underflow in f64.
  exponents: v.array(whole(-400, 400)),
  codes: bytes,
  leverage: bytes,
});

const indexSchema = v.strictObject({
  v: v.literal(1),
  type: v.literal('attribution-index'),
  adapter: v.nullable(
    v.pipe(
      bytes,
      v.check((hash) => hash.length === 32, 'a hash has 32 bytes'),
    ),
  ),
  parameterCount: whole(1, 2 ** 40),
  sketch: v.strictObject({ size: whole(1, 131_072), seed: whole(0, 2 ** 32 - 1) }),
  policy: v.strictObject({
    channelsPpm: v.pipe(
      v.strictTuple([ppm, ppm, ppm]),
      v.check(([one, two, three]) => one + two + three === 1_000_000, 'channels must add to 1,000,000'),
    ),
    placeboPercent: whole(1, 100),
    capPpm: whole(1, 1_000_000),
    minimumSpanTokens: whole(1, 100_000),
    minimumSpanBits: v.pipe(v.number(), v.finite(), v.minValue(0)),
  }),
  evaluation: v.nullable(
    v.strictObject({
      method: v.literal('source-recovery'),
      questions: whole(1, 1_000_000),
      firstIsSource: whole(0, 1_000_000),
      sourceInFive: whole(0, 1_000_000),
    }),
  ),
  accounts: v.array(
    v.pipe(
      bytes,
      v.check((address) => address.length === 20, 'an address has 20 bytes'),
    ),
  ),
  contributionNames: v.array(v.pipe(v.string(), v.maxLength(200))),
  damping: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  trained: rowsSchema,
  placebo: rowsSchema,
  root: bytes,
});

function refuse(reason: string, place: string): never {
  throw new TributaryError({
    code: 'INDEX_INVALID',
    message: 'This is not a sound attribution index.',
    facts: { reason, place },
    hint: 'Fetch the index again; if it stays so, the publisher of the adapter must build it again.',
  });
}

function floats(source: Uint8Array): Float64Array<ArrayBuffer> {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  return Float64Array.from({ length: source.byteLength / 8 }, (_, index) => view.getFloat64(8 * index, true));
}

interface Limits {
  readonly size: number;
  readonly accounts: number;
  readonly names: number;
}

function toRows(rows: v.InferOutput<typeof rowsSchema>, limits: Limits, place: string): IndexedRows {
  const { count } = rows;
  const lengths: readonly (readonly [string, number, number])[] = [
    ['hashes', rows.hashes.length, 32 * count],
    ['owners', rows.owners.length, count],
    ['contributions', rows.contributions.length, count],
    ['positions', rows.positions.length, count],
    ['classes', rows.classes.length, count],
    ['exponents', rows.exponents.length, count],
    ['codes', rows.codes.length, limits.size * count],
    ['leverage', rows.leverage.length, 8 * count],
  ];
  for (const [name, actual, expected] of lengths) {
    if (actual !== expected) refuse(`length ${actual} instead of ${expected}`, `${place}.${name}`);
  }
  rows.owners.forEach((owner, row) => {
    if (owner >= limits.accounts) refuse(`owner ${owner} does not exist`, `${place}.owners[${row}]`);
  });
  rows.contributions.forEach((name, row) => {
    if (name >= limits.names) refuse(`contribution ${name} does not exist`, `${place}.contributions[${row}]`);
  });
  rows.classes.forEach((first, row) => {
    if (first > row || rows.classes[first] !== first)
      refuse(`class ${first} is not the first row of its content`, `${place}.classes[${row}]`);
  });
  const codes = ownBytes(rows.codes);
  const leverage = floats(rows.leverage);
  leverage.forEach((value, row) => {
    if (!(value >= 0 && Number.isFinite(value))) refuse(`leverage ${value}`, `${place}.leverage[${row}]`);
  });
  const signed = new Int8Array(codes.buffer);
  if (signed.includes(-128)) refuse('a code of -128', `${place}.codes`);
  return {
    count,
    hashes: ownBytes(rows.hashes),
    owners: Int32Array.from(rows.owners),
    contributions: Int32Array.from(rows.contributions),
    positions: Int32Array.from(rows.positions),
    classes: Int32Array.from(rows.classes),
    exponents: Int32Array.from(rows.exponents),
    codes: signed,
    leverage,
  };
}

/** Decodes and checks an encoded index, its Merkle root included. Throws `INDEX_INVALID` with reason and place. */
export function decodeIndex(source: Uint8Array): AttributionIndex {
  let decoded: unknown;
  try {
    decoded = decode(source);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), 'dag-cbor');
  }
  const parsed = v.safeParse(indexSchema, decoded);
  if (!parsed.success) refuse(parsed.issues[0].message, v.getDotPath(parsed.issues[0]) ?? 'index');
  const document = parsed.output;
  const accounts = document.accounts.map((address) => `0x${bytesToHex(address)}`);
  accounts.forEach((account, index) => {
    if (index > 0 && account <= (accounts[index - 1] as string))
      refuse('addresses are not ascending', `accounts[${index}]`);
  });
  const { size, seed } = document.sketch;
  const limits = { size, accounts: accounts.length, names: document.contributionNames.length };
  if (document.trained.count === 0) refuse('no trained rows', 'trained');
  const trained = toRows(document.trained, limits, 'trained');
  const placebo = toRows(document.placebo, limits, 'placebo');
  const root = ownBytes(document.root);
  if (bytesToHex(sketchRoot(size, trained, placebo)) !== bytesToHex(root))
    refuse('the sketches do not have this root', 'root');
  const { parameterCount, policy, evaluation, contributionNames, damping } = document;
  const adapterHash = document.adapter === null ? null : bytesToHex(document.adapter);
  return {
    adapterHash,
    parameterCount,
    size,
    seed,
    policy,
    evaluation,
    accounts,
    contributionNames,
    damping,
    trained,
    placebo,
    root,
  };
}
