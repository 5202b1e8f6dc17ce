// An index pays people and comes from whoever published an adapter: each field is checked, and one index has one encoding.
import { decode, encode } from '@ipld/dag-cbor';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { concatBytes } from '../../lib/bytes.ts';
import { countSketch } from '../influence/countSketch.ts';
import { quantize } from '../influence/quantize.ts';
import { parameterCount, sampleWorld, seed } from '../testing/sampleWorld.ts';
import type { AttributionIndex } from './attributionIndex.ts';
import { buildIndex } from './buildIndex.ts';
import { decodeIndex } from './decodeIndex.ts';
import { encodeIndex } from './encodeIndex.ts';
import { sketchRoot } from './sketchRoot.ts';

interface Rows {
  count: number;
  hashes: Uint8Array;
  owners: number[];
  contributions: number[];
  positions: number[];
  classes: number[];
  exponents: number[];
  codes: Uint8Array;
  leverage: Uint8Array;
}
interface Document {
  [field: string]: unknown;
  accounts: Uint8Array[];
  contributionNames: string[];
  policy: { [field: string]: unknown; channelsPpm: number[] };
  sketch: { size: number; seed: number };
  trained: Rows;
  placebo: Rows;
  root: Uint8Array;
}

const size = 8;
const { rows } = sampleWorld(10, (gradient) => quantize(countSketch(gradient, size, seed)));
let index: AttributionIndex;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  const evaluation = { method: 'source-recovery', questions: 9, firstIsSource: 4, sourceInFive: 6 } as const;
  const copies = rows.slice(0, 2).map((row) => ({ ...row, contribution: 'copies' }));
  index = await buildIndex({
    rows: [...rows, ...copies],
    parameterCount,
    seed,
    evaluation,
    adapterHash: 'ab'.repeat(32),
  });
  bytes = encodeIndex(index);
});

/** The root of what the document says now, as its publisher would write it. */
function rooted(document: Document): Uint8Array {
  const leaves = ({ count, hashes, exponents, codes }: Rows) => ({
    count,
    hashes: new Uint8Array(hashes),
    exponents: Int32Array.from(exponents),
    codes: new Int8Array(codes),
  });
  return sketchRoot(document.sketch.size, leaves(document.trained), leaves(document.placebo));
}

const factsOf = (damaged: Uint8Array): unknown => {
  try {
    return decodeIndex(damaged);
  } catch (error) {
    const { code, facts } = error as { code?: string; facts?: unknown };
    return code === 'INDEX_INVALID' ? facts : error;
  }
};
const float = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);

test('an index comes back as it was', () => {
  expect(decodeIndex(bytes)).toEqual(index);
  expect(encodeIndex(decodeIndex(bytes))).toEqual(bytes);
});

describe('one index has one encoding', () => {
  test('bytes after the end, a map in another order and a short float are refused', () => {
    const place = 'dag-cbor';
    expect(factsOf(concatBytes([bytes, Uint8Array.of(0xf6)]))).toMatchObject({ place });
    const names = new TextDecoder('latin1').decode(bytes);
    // "v" and its 1 come first of all keys: the same map begins with another.
    const at = names.indexOf('av\u0001');
    const moved = concatBytes([bytes.subarray(0, at), bytes.subarray(at + 3), bytes.subarray(at, at + 3)]);
    expect(at).toBeGreaterThan(0);
    expect(factsOf(moved)).toMatchObject({ place });
    const damping = names.indexOf('gdamping\u00fb') + 8;
    expect(damping).toBeGreaterThan(8);
    const short = concatBytes([
      bytes.subarray(0, damping),
      Uint8Array.of(0xf9, 0x3c, 0x00),
      bytes.subarray(damping + 9),
    ]);
    expect(factsOf(short)).toMatchObject({ place });
  });

  test('whatever decodes is encoded as it was', () => {
    const document = decode<Document>(bytes);
    const places = (part: unknown, at: string[] = []): string[][] =>
      typeof part === 'object' && part !== null && !(part instanceof Uint8Array)
        ? Object.entries(part).flatMap(([key, inner]) => [[...at, key], ...places(inner, [...at, key])])
        : [];
    const all = places(document);
    const damage = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        '',
        0,
        1,
        2,
        -1,
        0.5,
        5e-324,
        -0.5,
        200,
        [],
        {},
        true,
        new Uint8Array(8),
        new Uint8Array(32),
      ),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
    );
    let decoded = 0;
    fc.assert(
      fc.property(fc.constantFrom(...all), damage, fc.boolean(), (place, other, removes) => {
        const changed = decode<Document>(bytes);
        const key = place.at(-1) as string;
        // biome-ignore lint/suspicious/noExplicitAny: any part of the document.
        const parent = place.slice(0, -1).reduce<any>((part, step) => part[step], changed);
        const bytesThere = parent[key] instanceof Uint8Array && Number.isInteger(other) ? parent[key] : undefined;
        if (bytesThere !== undefined) bytesThere[Math.abs(other as number) % bytesThere.length] = other as number;
        else if (!removes) parent[key] = other;
        else if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete parent[key];
        let damaged: Uint8Array;
        try {
          changed.root = rooted(changed);
        } catch {
          // It has none.
        }
        try {
          damaged = encode(changed);
        } catch {
          return;
        }
        let found: AttributionIndex;
        try {
          found = decodeIndex(damaged);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INDEX_INVALID' });
          return;
        }
        decoded += 1;
        expect(encodeIndex(found)).toEqual(damaged);
      }),
      { numRuns: 1_500 },
    );
    expect(decoded).toBeGreaterThan(0);
  });
});

describe('each field is checked', () => {
  test.each<[string, (document: Document) => unknown, string]>([
    ['another version', (d) => (d['v'] = 2), 'v'],
    ['another type', (d) => (d['type'] = 'receipt'), 'type'],
    ['a short adapter hash', (d) => (d['adapter'] = new Uint8Array(31)), 'adapter'],
    ['no adapter field', (d) => delete d['adapter'], 'adapter'],
    ['no parameter', (d) => (d['parameterCount'] = 0), 'parameterCount'],
    ['half a parameter', (d) => (d['parameterCount'] = 0.5), 'parameterCount'],
    ['too many parameters', (d) => (d['parameterCount'] = 2 ** 40 + 1), 'parameterCount'],
    ['no coordinate', (d) => (d.sketch.size = 0), 'sketch.size'],
    ['too many coordinates', (d) => (d.sketch.size = 131_073), 'sketch.size'],
    ['a negative seed', (d) => (d.sketch.seed = -1), 'sketch.seed'],
    ['a seed of 33 bits', (d) => (d.sketch.seed = 2 ** 32), 'sketch.seed'],
    ['channels that do not add up', (d) => (d.policy.channelsPpm[0] = 1), 'policy.channelsPpm'],
    ['two channels', (d) => d.policy.channelsPpm.pop(), 'policy.channelsPpm.2'],
    ['four channels', (d) => d.policy.channelsPpm.push(0), 'policy.channelsPpm.3'],
    ['the percentile 0', (d) => (d.policy['placeboPercent'] = 0), 'policy.placeboPercent'],
    ['the percentile 101', (d) => (d.policy['placeboPercent'] = 101), 'policy.placeboPercent'],
    ['a cap of nothing', (d) => (d.policy['capPpm'] = 0), 'policy.capPpm'],
    ['a cap above everything', (d) => (d.policy['capPpm'] = 1_000_001), 'policy.capPpm'],
    ['spans of no token', (d) => (d.policy['minimumSpanTokens'] = 0), 'policy.minimumSpanTokens'],
    ['spans of fewer than no bits', (d) => (d.policy['minimumSpanBits'] = -1), 'policy.minimumSpanBits'],
    ['a rule more', (d) => (d.policy['extra'] = 1), 'policy.extra'],
    [
      'more found than asked',
      (d) => (d['evaluation'] = { method: 'source-recovery', questions: 5, firstIsSource: 5, sourceInFive: 6 }),
      'evaluation',
    ],
    [
      'more first than in five',
      (d) => (d['evaluation'] = { method: 'source-recovery', questions: 5, firstIsSource: 3, sourceInFive: 2 }),
      'evaluation',
    ],
    ['a short address', (d) => d.accounts.splice(0, 1, new Uint8Array(19)), 'accounts.0'],
    ['an address twice', (d) => d.accounts.splice(1, 0, d.accounts[0] as Uint8Array), 'accounts[1]'],
    ['addresses out of order', (d) => d.accounts.reverse(), 'accounts[1]'],
    ['an address without a row', (d) => d.accounts.push(new Uint8Array(20).fill(255)), 'accounts[3]'],
    [
      'a contribution twice',
      (d) => (d.contributionNames[1] = d.contributionNames[0] as string),
      'contributionNames[1]',
    ],
    ['a contribution without a row', (d) => d.contributionNames.push('other'), 'contributionNames[2]'],
    ['a long name', (d) => (d.contributionNames[0] = 'a'.repeat(201)), 'contributionNames.0'],
    ['no damping', (d) => (d['damping'] = 0), 'damping'],
    ['a negative damping', (d) => (d['damping'] = -0.5), 'damping'],
    ['a damping that is text', (d) => (d['damping'] = '1'), 'damping'],
    ['a count that lies', (d) => (d.trained.count += 1), 'trained.hashes'],
    ['a negative count', (d) => (d.placebo.count = -1), 'placebo.count'],
    ['half a hash', (d) => (d.trained.hashes = d.trained.hashes.slice(16)), 'trained.hashes'],
    ['a missing owner', (d) => d.trained.owners.pop(), 'trained.owners'],
    ['a negative owner', (d) => (d.trained.owners[0] = -1), 'trained.owners.0'],
    ['an owner that does not exist', (d) => (d.trained.owners[0] = 3), 'trained.owners[0]'],
    ['a missing contribution', (d) => d.trained.contributions.pop(), 'trained.contributions'],
    ['a contribution that does not exist', (d) => (d.placebo.contributions[0] = 2), 'placebo.contributions[0]'],
    ['a missing position', (d) => d.placebo.positions.pop(), 'placebo.positions'],
    ['a position of 32 bits', (d) => (d.placebo.positions[0] = 2 ** 31), 'placebo.positions.0'],
    ['a missing class', (d) => d.trained.classes.pop(), 'trained.classes'],
    ['a class that comes later', (d) => (d.trained.classes[0] = 1), 'trained.classes[0]'],
    ['a class that is no first row', (d) => d.trained.classes.splice(1, 2, 0, 1), 'trained.classes[2]'],
    ['the same row in two classes', (d) => (d.trained.classes[27] = 27), 'trained.classes[27]'],
    ['a missing exponent', (d) => d.placebo.exponents.pop(), 'placebo.exponents'],
    ['a large exponent', (d) => (d.placebo.exponents[0] = 401), 'placebo.exponents.0'],
    ['a small exponent', (d) => (d.placebo.exponents[0] = -401), 'placebo.exponents.0'],
    ['a missing code', (d) => (d.trained.codes = d.trained.codes.slice(1)), 'trained.codes'],
    ['a code of -128', (d) => d.trained.codes.fill(128, 0, 1), 'trained.codes'],
    ['half a leverage', (d) => (d.trained.leverage = d.trained.leverage.slice(4)), 'trained.leverage'],
    ['a leverage that is no number', (d) => d.trained.leverage.set(float(Number.NaN), 8), 'trained.leverage[1]'],
    ['a leverage without end', (d) => d.placebo.leverage.set(float(Number.POSITIVE_INFINITY)), 'placebo.leverage[0]'],
    ['a negative leverage', (d) => d.trained.leverage.set(float(-1)), 'trained.leverage[0]'],
    ['a zero with a sign', (d) => d.trained.leverage.set(float(-0)), 'trained.leverage[0]'],
    ['a field more among the rows', (d) => Object.assign(d.trained, { extra: 1 }), 'trained.extra'],
    ['a field more', (d) => (d['extra'] = 1), 'extra'],
  ])('%s', (_, change, place) => {
    const document = decode<Document>(bytes);
    change(document);
    expect(factsOf(encode(document))).toMatchObject({ place });
  });

  test('no trained row, another root and a short one', () => {
    const document = decode<Document>(bytes);
    const empty = new Uint8Array();
    const none = { hashes: empty, codes: empty, leverage: empty, owners: [], contributions: [], positions: [] };
    const trained = { ...none, count: 0, classes: [], exponents: [] };
    expect(factsOf(encode({ ...document, trained }))).toEqual({ reason: 'no trained rows', place: 'trained' });
    expect(factsOf(encode({ ...document, root: new Uint8Array(32) }))).toMatchObject({ place: 'root' });
    expect(factsOf(encode({ ...document, root: document.root.slice(1) }))).toMatchObject({ place: 'root' });
  });

  test('bytes that are no document at all', () => {
    expect(factsOf(new Uint8Array())).toMatchObject({ place: 'dag-cbor' });
    expect(factsOf(encode('index'))).toMatchObject({ place: 'index' });
    expect(factsOf(encode([1]))).toMatchObject({ place: 'v' });
    expect(factsOf(new Uint8Array(5_000).fill(0x81))).toMatchObject({ place: 'dag-cbor' });
  });
});

test('what is built opens, also when the same row is given two keys', async () => {
  const [row, other] = rows;
  if (row === undefined || other === undefined) throw new Error('no rows');
  const keyed = [
    { ...other, contentKey: 'b' },
    { ...row, contentKey: 'a' },
    { ...row, contentKey: 'b' },
    { ...row, contentKey: 'c' },
    { ...other, prompt: 'Another?', contentKey: 'c' },
  ];
  const built = await buildIndex({ rows: keyed, parameterCount, seed });
  expect([...built.trained.classes]).toEqual([0, 1, 1, 1, 1]);
  expect(decodeIndex(encodeIndex(built))).toEqual(built);
});
