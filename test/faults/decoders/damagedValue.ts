// A value of JSON or dag-cbor with a part that its reader does not expect.
import { CID } from 'multiformats/cid';
import type { Random } from './random.ts';

const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = wrap(value);
  return value;
};

const plain: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  -0.1,
  255,
  256,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  -(2 ** 31),
  2 ** 53 - 1,
  1e21,
  1e308,
  5e-324,
  '',
  ' ',
  'a',
  '0',
  '-1',
  '1e9',
  '9'.repeat(400),
  'x'.repeat(5_000),
  '\ud800',
  '\u0000',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  `0x${'0'.repeat(40)}`,
  `0x${'f'.repeat(64)}`,
  '(?:a+)+$',
  '{{ x',
  '%',
  [],
  [null],
  [[]],
  [0, -1],
  {},
  { length: 3 },
  { type: 'object' },
  nested(40, (inner) => [inner]),
  nested(40, (inner) => ({ a: inner })),
  nested(3_000, (inner) => [inner]),
  Array.from({ length: 2_000 }, () => 0),
];

const link = CID.parse('bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy');
const ofCbor: readonly unknown[] = [
  2n ** 63n,
  -(2n ** 63n),
  2n ** 64n - 1n,
  new Uint8Array(),
  new Uint8Array(20),
  new Uint8Array(32),
  new Uint8Array(65),
  new Uint8Array(4_096).fill(128),
  link,
];

const keys = ['', 'a', '__proto__', 'constructor', 'hasOwnProperty', 'toString', 'length', 'then', '0', 'v', 'type'];

const isParent = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && CID.asCID(value) === null;

/** Any part of `value`. */
function partOf(value: unknown, { chance, pick }: Random): unknown {
  if (!isParent(value) || chance(0.2)) return value;
  const parts = Object.values(value);
  return parts.length === 0 ? value : partOf(pick(parts), { chance, pick } as Random);
}

function damagedArray(list: readonly unknown[], donor: unknown, random: Random): unknown {
  const { below, pick } = random;
  const at = below(list.length + 1);
  const part = partOf(donor, random);
  return pick<() => unknown>([
    () => list.toSpliced(at, 1),
    () => list.toSpliced(at, 0, part),
    () => list.toReversed(),
    () => [...list, ...list],
    () => Array.from({ length: 300 }, () => list[at] ?? part),
    () => list.slice(0, at),
  ])();
}

function damagedRecord(record: object, donor: unknown, random: Random): unknown {
  const { below, pick } = random;
  const entries = Object.entries(record);
  const at = below(entries.length);
  const key = pick([...keys, ...entries.map(([name]) => name)]);
  return Object.fromEntries(
    pick<() => [string, unknown][]>([
      () => entries.toSpliced(at, 1),
      () => [...entries, [key, partOf(donor, random)]],
      () => [...entries, [key, pick(plain)]],
      () => entries.map(([name, value], index) => [index === at ? key : name, value]),
      () => Array.from({ length: 300 }, (_, index) => [`${key}${index}`, entries[at]?.[1] ?? 0]),
    ])(),
  );
}

function damagedNumber(value: number, { pick, below }: Random): unknown {
  return pick([
    value + 1,
    value - 1,
    -value,
    value * 2,
    value / 2,
    value * 1e6,
    value + 0.5,
    below(300),
    String(value),
  ]);
}

function damagedText(text: string, { pick, below }: Random): unknown {
  const at = below(text.length + 1);
  return pick([
    text.slice(0, at),
    text + text,
    `${text.slice(0, at)}${pick(['\u0000', '\ud800', '"', '\\', '0', '-', '{{', '{%', '(', '*', '\u202e'])}${text.slice(at)}`,
    text.toUpperCase(),
    ` ${text}`,
    text.slice(0, at) + text.slice(at + 1),
    text.repeat(1 + below(50)),
  ]);
}

/**
 * `value` with one part replaced, removed, added, renamed or repeated, at any depth. `donor`: a value whose parts may take its place.
 * `isCbor`: parts may be what only dag-cbor has.
 */
export function damagedValue(value: unknown, donor: unknown, random: Random, isCbor: boolean): unknown {
  const { chance, pick, below } = random;
  if (isParent(value) && !chance(0.15)) {
    const names = Object.keys(value);
    const name = names[below(names.length)];
    if (name !== undefined) {
      const part = damagedValue((value as Record<string, unknown>)[name], donor, random, isCbor);
      if (Array.isArray(value)) return value.with(Number(name), part);
      return Object.fromEntries(Object.entries(value).map(([key, old]) => [key, key === name ? part : old]));
    }
  }
  if (chance(0.4)) return pick(isCbor && chance(0.3) ? ofCbor : plain);
  if (chance(0.15)) return partOf(donor, random);
  if (Array.isArray(value)) return damagedArray(value, donor, random);
  if (value instanceof Uint8Array) {
    const copy = new Uint8Array(pick([value.length, value.length, value.length + 1, below(value.length + 1)]));
    copy.set(value.subarray(0, copy.length));
    if (copy.length > 0) copy[below(copy.length)] = below(256);
    return copy;
  }
  if (isParent(value)) return damagedRecord(value, donor, random);
  if (typeof value === 'number') return damagedNumber(value, random);
  if (typeof value === 'string') return damagedText(value, random);
  return pick(plain);
}
