import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromTagged, type TaggedFile, toTagged } from './taggedJson.ts';

const none = (): never => {
  throw new Error('no file');
};
/** Through the text of a line. */
function roundTrip(value: unknown): unknown {
  const files: TaggedFile[] = [];
  const line = JSON.stringify(toTagged(value, (file) => files.push(file) - 1));
  return fromTagged(JSON.parse(line), (index) => files[index as number] as Uint8Array<ArrayBuffer>);
}
const nested = (depth: number, leaf: unknown = 1): unknown => {
  let value = leaf;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};
const INVALID = { code: 'STORE_EXPORT_INVALID' };

it('writes what JSON lacks in words of its own', () => {
  const value = {
    fee: 12n,
    debt: -3n,
    bytes: Uint8Array.of(0, 255),
    list: [1, null, 'x', true, { a: 1.5 }],
    none: undefined,
  };
  expect(toTagged(value, none)).toEqual({
    fee: { $bigint: '12' },
    debt: { $bigint: '-3' },
    bytes: { $bytes: '00ff' },
    list: [1, null, 'x', true, { a: 1.5 }],
    none: undefined,
  });
  expect([toTagged(5n, none), toTagged(null, none), toTagged('x', none)]).toEqual([{ $bigint: '5' }, null, 'x']);
  expect(fromTagged({ fee: { $bigint: '12' }, bytes: [{ $bytes: '00ff' }], empty: { $bytes: '' } }, none)).toEqual({
    fee: 12n,
    bytes: [Uint8Array.of(0, 255)],
    empty: new Uint8Array(0),
  });
});

it('hands on what is too long for a line, to the byte, and every Blob', async () => {
  const files: TaggedFile[] = [];
  const keep = (file: TaggedFile): number => files.push(file) + 6;
  const [longest, long, blob] = [new Uint8Array(65_536), new Uint8Array(65_537).fill(1), new Blob(['hello'])];
  expect(toTagged([longest, long, blob], keep)).toEqual([{ $bytes: '00'.repeat(65_536) }, { $bytes: 7 }, { $blob: 8 }]);
  expect(files).toEqual([long, blob]);
  const asked: unknown[] = [];
  const file = (index: unknown): Uint8Array<ArrayBuffer> => {
    asked.push(index);
    return Uint8Array.of(104, 105);
  };
  const [bytes, back] = fromTagged([{ $bytes: 7 }, { $blob: 8 }], file) as [Uint8Array, Blob];
  expect([bytes, await back.text(), back instanceof Blob, asked]).toEqual([
    Uint8Array.of(104, 105),
    'hi',
    true,
    [7, 8],
  ]);
});

it('comes back as it was, whatever its fields are called', () => {
  for (const value of [
    { $bigint: '5' },
    { $bytes: 'no bytes' },
    { $blob: 3 },
    { $object: { $object: 1 } },
    { $object: 5 },
    { $bigint: { $bytes: Uint8Array.of(1) } },
    { $later: 1 },
    { $bigint: '5', more: 1 },
    { a$: 1 },
    {},
  ])
    expect(roundTrip(value)).toEqual(value);
  const names = fc.constantFrom('$bigint', '$bytes', '$blob', '$object', 'a', '', '__proto__');
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.uint8Array({ maxLength: 9 }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 2 }),
    ),
  }));
  fc.assert(
    fc.property(value, (each) => {
      expect(roundTrip(each)).toEqual(each);
    }),
  );
});

it('of fields that are called after one of these by an earlier version are fields', () => {
  expect(fromTagged({ $later: { $bigint: '5' } }, none)).toEqual({ $later: 5n });
  expect(fromTagged({ $bigint: '5', other: 1 }, none)).toEqual({ $bigint: '5', other: 1 });
});

describe('nesting', () => {
  it.each([toTagged, fromTagged])('ends at 64 levels: %o', (walk) => {
    expect(walk(nested(64), none)).toEqual(nested(64));
    expect(() => walk(nested(65), none)).toThrow(expect.objectContaining(INVALID));
    expect(() => walk(nested(5_000), none)).toThrow(expect.objectContaining(INVALID));
  });
});

it.each([
  { $bigint: 5 },
  { $bigint: '' },
  { $bigint: '1e9' },
  { $bigint: '0x5' },
  { $bigint: '9'.repeat(101) },
  { $bytes: null },
  { $bytes: 'abc' },
  { $bytes: 'AB' },
  { $bytes: 'zz' },
  { $object: 5 },
  { $object: null },
  { $object: [] },
])('refuses %j', (value) => {
  expect(() => fromTagged([value], none)).toThrow(expect.objectContaining(INVALID));
});

it('reads numbers of a hundred digits', () => {
  expect(fromTagged({ $bigint: `-${'9'.repeat(100)}` }, none)).toBe(-(10n ** 100n) + 1n);
});
