// Decodes an index from an untrusted source: every field is checked before anything of a stated size is allocated, and one index
// has one encoding.
import * as v from 'valibot';
import { bytesToHex, ownBytes } from '../../lib/bytes.ts';
import { decodeCanonicalCbor } from '../../lib/canonicalCbor.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { AttributionIndex, IndexedRows } from './attributionIndex.ts';
import {
  contributionName,
  evaluation,
  exponent,
  parameterCount,
  policy,
  position,
  sketchSeed,
  sketchSize,
  whole,
} from './indexFields.ts';
import { sketchRoot } from './sketchRoot.ts';

const bytes = v.instance(Uint8Array);
const sizedBytes = (length: number) =>
  v.pipe(
    bytes,
    v.check((value) => value.length === length, `${length} bytes expected`),
  );
const number = whole(0, 1_000_000);

const rowsSchema = v.strictObject({
  count: number,
  hashes: bytes,
  owners: v.array(number),
  contributions: v.array(number),
  positions: v.array(position),
  classes: v.array(number),
  exponents: v.array(exponent),
  codes: bytes,
  leverage: bytes,
});

const indexSchema = v.strictObject({
  v: v.literal(1),
  type: v.literal('attribution-index'),
  adapter: v.nullable(sizedBytes(32)),
  parameterCount,
  sketch: v.strictObject({ size: sketchSize, seed: sketchSeed }),
  policy,
  evaluation: v.nullable(evaluation),
  accounts: v.array(sizedBytes(20)),
  contributionNames: v.array(contributionName),
  damping: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  trained: rowsSchema,
  placebo: rowsSchema,
  root: sizedBytes(32),
});

function refuse(reason: string, place: string): never {
  throw new TributaryError({
    code: 'INDEX_INVALID',
    message: 'This is not a sound attribution index.',
    facts: { reason, place },
    hint: 'Fetch the index again; if it stays so, the publisher of the adapter must build it again.',
  });
}

/** Of `CBOR_INVALID` its own reason: what it says besides is for whoever reads one without a name. */
const reasonOf = (error: unknown): string =>
  error instanceof TributaryError ? String(error.facts['reason'] ?? error.message) : String(error);

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
  const hashes = ownBytes(rows.hashes);
  const classOf = new Map<string, number>();
  rows.classes.forEach((first, row) => {
    if (first > row || rows.classes[first] !== first)
      refuse(`class ${first} is not the first row of its content`, `${place}.classes[${row}]`);
    // Equal contents are paid once: the same row in two classes would be paid twice.
    const hash = bytesToHex(hashes.subarray(32 * row, 32 * row + 32));
    if (first !== (classOf.get(hash) ?? first)) refuse('the same row is in another class', `${place}.classes[${row}]`);
    classOf.set(hash, first);
  });
  const codes = ownBytes(rows.codes);
  const leverage = floats(rows.leverage);
  leverage.forEach((value, row) => {
    if (!(value >= 0 && Number.isFinite(value)) || Object.is(value, -0))
      refuse(`leverage ${value}`, `${place}.leverage[${row}]`);
  });
  const signed = new Int8Array(codes.buffer);
  if (signed.includes(-128)) refuse('a code of -128', `${place}.codes`);
  return {
    count,
    hashes,
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
    decoded = decodeCanonicalCbor(source);
  } catch (error) {
    refuse(reasonOf(error), 'dag-cbor');
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
  const owners = new Set([...trained.owners, ...placebo.owners]);
  accounts.forEach((account, owner) => {
    if (!owners.has(owner)) refuse(`${account} has no row`, `accounts[${owner}]`);
  });
  const contributions = new Set([...trained.contributions, ...placebo.contributions]);
  const names = new Set<string>();
  document.contributionNames.forEach((name, index) => {
    const place = `contributionNames[${index}]`;
    if (names.has(name)) refuse('it is listed twice', place);
    if (!contributions.has(index)) refuse('it has no row', place);
    names.add(name);
  });
  const root = ownBytes(document.root);
  if (bytesToHex(sketchRoot(size, trained, placebo)) !== bytesToHex(root))
    refuse('the sketches do not have this root', 'root');
  return {
    adapterHash: document.adapter === null ? null : bytesToHex(document.adapter),
    parameterCount: document.parameterCount,
    size,
    seed,
    policy: document.policy,
    evaluation: document.evaluation,
    accounts,
    contributionNames: document.contributionNames,
    damping: document.damping,
    trained,
    placebo,
    root,
  };
}
