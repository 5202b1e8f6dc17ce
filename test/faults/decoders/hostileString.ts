// Strings for a decoder: noise, and valid examples with what strangers do to them.
import { concatBytes } from '../../../src/lib/bytes.ts';
import { damagedValue } from './damagedValue.ts';
import type { Structure } from './decoder.ts';
import { type Random, randomOf } from './random.ts';
import { cbor, utf8 } from './structures.ts';

const MAX_BYTES = 1 << 18;
/** Damage is done mostly here: formats state what follows at their beginning. */
const HEAD = 2_048;

const lies: readonly bigint[] = [
  0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0x100n, 0x7fffn, 0xffffn, 0x10000n, 0xfffffn, 2n ** 24n, 2n ** 28n, 2n ** 31n - 1n,
  2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 40n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n,
]; // biome-ignore format: one list.

/** What opens a level in some format. */
const openings = ['[', '{"a":', '(', '{{', '{% if 1 %}', '"', '\x81', '\xa1\x61\x61', '\xd8\x2a', '\x0a\xff', '- '].map(
  (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)),
);
const fragments = [
  '\ufeff', '\u0000', '\r', '\n', '\r\n', '"', '""', '\\', '\\u', '\\ud800', ',', ';', '\t', '|', ':', '}', ']', '%}',
  '}}', 'null', 'NaN', '1e999', '-0', '0x', '__proto__', '{"__proto__":1}', '\u{1f600}', 'sep=;\n', '|min', '*1e9',
  '[::-1]', 'range(99999999)', "'a'*99999999", '.__class__', '{% for i in range(9999) %}', '(?=a)', '$ref', '#/a', '\x1f\x8b\x08', 'PAR1',
].map(utf8); // biome-ignore format: one list.

function position(bytes: Uint8Array, { below, chance }: Random): number {
  return below((chance(0.7) ? Math.min(HEAD, bytes.byteLength) : bytes.byteLength) + 1);
}

function spliced(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return concatBytes([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}

function noise(length: number, { below }: Random): Uint8Array {
  return Uint8Array.from({ length }, () => below(256));
}

function repeated(part: Uint8Array, times: number): Uint8Array {
  const whole = new Uint8Array(part.byteLength * times);
  for (let index = 0; index < times; index += 1) whole.set(part, index * part.byteLength);
  return whole;
}

function lie(bytes: Uint8Array, random: Random): Uint8Array {
  const width = random.pick([1, 2, 4, 8]);
  const number = random.pick(lies);
  const field = new Uint8Array(8);
  const isLittle = random.chance(0.6);
  new DataView(field.buffer).setBigUint64(0, number, isLittle);
  return spliced(
    bytes,
    position(bytes, random),
    width,
    isLittle ? field.subarray(0, width) : field.subarray(8 - width),
  );
}

/** A decimal number that stands in the bytes, replaced by another. */
function textLie(bytes: Uint8Array, random: Random): Uint8Array {
  const start = position(bytes, random);
  const digit = bytes.subarray(start).findIndex((byte) => byte >= 0x30 && byte <= 0x39);
  if (digit === -1) return lie(bytes, random);
  const at = start + digit;
  let end = at;
  while ((bytes[end] ?? 0) >= 0x30 && (bytes[end] ?? 0) <= 0x39) end += 1;
  return spliced(bytes, at, end - at, utf8(String(random.pick(lies))));
}

function damagedOnce(bytes: Uint8Array, donor: Uint8Array, random: Random): Uint8Array {
  const { below, pick } = random;
  const at = position(bytes, random);
  return pick<() => Uint8Array>([
    () => bytes.subarray(0, at),
    () => bytes.subarray(at),
    () => spliced(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << below(8)))),
    () => spliced(bytes, at, 1, Uint8Array.of(below(256))),
    () => spliced(bytes, at, 1 + below(16), new Uint8Array()),
    () => spliced(bytes, at, below(4), noise(1 + below(8), random)),
    () => spliced(bytes, at, 0, pick(fragments)),
    () => lie(bytes, random),
    () => lie(bytes, random),
    () => textLie(bytes, random),
    () => spliced(bytes, at, 0, repeated(pick(openings), 1 + below(pick([8, 64, 20_000])))),
    () => spliced(bytes, at, 0, repeated(bytes.subarray(at, at + 1 + below(64)), 1 + below(pick([4, 200])))),
    () => concatBytes([bytes.subarray(0, at), donor.subarray(position(donor, random))]),
    () => spliced(bytes, at, 0, donor.subarray(below(donor.byteLength), below(donor.byteLength + 1))),
  ])();
}

export interface Examples {
  readonly list: readonly Uint8Array[];
  readonly structure: Structure | undefined;
  /** Of the list, where there is a structure. */
  readonly values: readonly unknown[];
}

/** The string of a run: the same for the same words (seed, decoder, run). */
export async function hostileString(
  { list, values, structure }: Examples,
  words: readonly number[],
): Promise<Uint8Array<ArrayBuffer>> {
  const random = randomOf(...words);
  const { below, chance, pick } = random;
  const choice = below(list.length);
  const example = list[choice] as Uint8Array;
  let bytes = example;
  if (chance(0.08)) bytes = noise(below(pick([4, 32, 300, 4_000])), random);
  else if (structure !== undefined && chance(0.6)) {
    let value = values[choice];
    const isCbor = structure === cbor;
    for (let count = 1 + below(3); count > 0; count -= 1) value = damagedValue(value, pick(values), random, isCbor);
    try {
      bytes = await structure.write(value, example);
    } catch {
      // A value that the format cannot hold: damage its bytes instead.
      bytes = damagedOnce(example, pick(list), random);
    }
  } else for (let count = 1 + below(4); count > 0; count -= 1) bytes = damagedOnce(bytes, pick(list), random);
  return new Uint8Array(bytes.subarray(0, MAX_BYTES));
}
