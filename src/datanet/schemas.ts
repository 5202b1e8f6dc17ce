// Shapes of the dag-cbor documents as decoded: real CIDs and bytes. Strict, so that no unknown field is signed unnoticed.
import { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { type CidCodec, isCanonicalCid } from '../lib/canonicalCid.ts';
import type { Json } from '../lib/canonicalJson.ts';
import {
  MAX_ADAPTER_BYTES,
  MAX_CONTRIBUTION_ROWS,
  MAX_CONTRIBUTION_SHARDS,
  MAX_CONTRIBUTIONS,
  MAX_NAME_LENGTH,
  MAX_OVERRIDES,
  MAX_PARENTS,
  MAX_SHARD_BYTES,
} from './limits.ts';

// CID.asCID accepts any object with the right fields; dag-cbor decodes tag 42 to instances of CID.
const link = (...codecs: readonly CidCodec[]) =>
  v.custom<CID>(
    (value) => value instanceof CID && isCanonicalCid(value, codecs),
    `must be a link to ${codecs.join(' or ')}`,
  );
const bytesOf = (length: number) =>
  v.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.byteLength === length,
    `must be ${length} bytes`,
  );
const count = (maximum: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(maximum));
const positive = (maximum: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maximum));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_NAME_LENGTH));
const author = v.pipe(v.string(), v.regex(/^eip155:[1-9]\d{0,15}:0x[0-9a-f]{40}$/));
const links = (codec: CidCodec, minimum: number, maximum: number) =>
  v.pipe(v.array(link(codec)), v.minLength(minimum), v.maxLength(maximum));

const json: v.GenericSchema<Json> = v.lazy(() =>
  v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(json), v.record(v.string(), json)]),
);
const jsonObject = v.record(v.string(), json);

const overrides = v.pipe(
  v.array(
    v.strictObject({
      row: count(MAX_CONTRIBUTION_ROWS - 1),
      codes: v.pipe(
        v.array(v.picklist(['API_TOKEN', 'PASSWORD', 'PAYMENT_CARD', 'PRIVATE_KEY', 'SEED_PHRASE'])),
        v.minLength(1),
        v.check(
          (codes) => codes.every((code, index) => index === 0 || (codes[index - 1] as string) < code),
          'must ascend',
        ),
      ),
    }),
  ),
  // An empty list would be a second encoding of none.
  v.minLength(1),
  v.maxLength(MAX_OVERRIDES),
  v.check((list) => list.every(({ row }, index) => index === 0 || (list[index - 1]?.row ?? 0) < row), 'must ascend'),
);

export const headerSchema = v.strictObject({
  v: v.literal(1),
  type: v.literal('contribution'),
  datanet: name,
  author,
  parents: links('dag-cbor', 0, MAX_PARENTS),
  seq: positive(Number.MAX_SAFE_INTEGER),
  // Rows are no more for being named again: what is read is bounded by what arrived.
  rows: v.pipe(
    links('raw', 1, MAX_CONTRIBUTION_SHARDS),
    v.check((shards) => new Set(shards.map(String)).size === shards.length, 'must differ'),
  ),
  count: positive(MAX_CONTRIBUTION_ROWS),
  bytes: positive(MAX_CONTRIBUTION_SHARDS * MAX_SHARD_BYTES),
  rowsRoot: bytesOf(32),
  schema: v.literal('prompt-response/1'),
  license: name,
  ts: count(Number.MAX_SAFE_INTEGER),
  overrides: v.exactOptional(overrides),
  sig: bytesOf(65),
});

const file = v.strictObject({
  cid: link('raw', 'dag-pb'),
  bytes: positive(MAX_ADAPTER_BYTES),
  sha256: bytesOf(32),
});

export const manifestSchema = v.strictObject({
  v: v.literal(1),
  type: v.literal('adapter'),
  name,
  author,
  ts: count(Number.MAX_SAFE_INTEGER),
  license: name,
  base: v.strictObject({ name, sha256: bytesOf(32) }),
  config: jsonObject,
  weights: file,
  datanets: v.pipe(v.array(name), v.maxLength(MAX_CONTRIBUTIONS)),
  contributions: links('dag-cbor', 0, MAX_CONTRIBUTIONS),
  training: jsonObject,
  index: v.nullable(file),
  sig: bytesOf(65),
});
