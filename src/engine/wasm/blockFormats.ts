// How the processor's kernels take a block of each format apart: code that gives its elements sixteen at a time, as floats that a scale
// and a minimum make the weights. Bits lie as in `quant/unpackers.ts`, less the bytes that `quant/weightLayouts.ts` keeps apart. Products
// of a scale, a scale within the block and a code have at most 24 bits: f32 holds them exactly, and the one sum is rounded once.
import { iq4Levels, mxfp4Levels } from '../quant/tableQuants.ts';
import type { PackedFormat } from '../quant/weightLayouts.ts';
import { type Code, f32, i32, type Local, local, type Scope, v128 } from './assemble.ts';

/** Sixteen elements that follow each other: `fours` may be evaluated once `prepare` was, and before the next `prepare`. */
export interface Sixteen {
  readonly prepare: Code;
  /** f32x4 each. */
  readonly fours: readonly Code[];
}

/** Sixteen or thirty-two elements with a scale of their own: weight = scale element + minimum. */
export interface Part {
  readonly sixteens: readonly Sixteen[];
  /** f32; 1 when absent. */
  readonly scale?: Code;
  /** f32; 0 when absent. */
  readonly minimum?: Code;
}

/** A block's parts in order; their code may be evaluated once `prepare` was. */
export interface BlockCode {
  readonly prepare: Code;
  readonly parts: readonly Part[];
}

const get = local.get;
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The f16 at an address as f32: its bits moved into place, then its exponent's bias made up for. Exact. */
function halfAt(address: Code, offset: number): Code {
  // The sign was spread over the bits between it and the exponent.
  const bits = i32.and(i32.shiftLeft(i32.load16Signed(address, offset), i32.constant(13)), i32.constant(0x8fffffff));
  return f32.multiply(f32.reinterpret(bits), f32.constant(2 ** 112));
}

/** Four f16 as f32x4, by the same steps. */
function halvesAt(address: Code, offset: number): Code {
  const bits = v128.and(
    v128.shiftIntegersLeft(v128.load16x4Signed(address, offset), 13),
    v128.splatInteger(i32.constant(0x8fffffff)),
  );
  return v128.multiply(bits, v128.splatFloat(f32.constant(2 ** 112)));
}

/** 2^(e - 128) of the byte e at an address: as two factors, because the least are below f32's normal numbers. */
function powerAt(address: Code): Code {
  const exponent = i32.load8(address, 0);
  const half = i32.shiftRight(exponent, i32.constant(1));
  const power = (by: Code): Code =>
    f32.reinterpret(i32.shiftLeft(i32.add(by, i32.constant(127 - 64)), i32.constant(23)));
  return f32.multiply(power(half), power(i32.subtract(exponent, half)));
}

const lowNibbles = (bytes: Code): Code => v128.and(bytes, v128.splatByte(15));
const highNibbles = (bytes: Code): Code => v128.shiftBytesRight(bytes, 4);
const nibbles = (bytes: Code, half: number): Code => (half === 0 ? lowNibbles(bytes) : highNibbles(bytes));
/** `by` in every byte whose bits `mask` are set in `bytes`, else 0. */
const whereSet = (bytes: Code, mask: Code, by: number): Code =>
  v128.and(v128.equalBytes(v128.and(bytes, mask), mask), v128.splatByte(by));
/** Bits 0 to 7, of one byte after the other, twice. */
const eachBit = v128.constant(range(16).map((index) => 1 << (index & 7)));

/** What the readers of all formats are made of. */
function pieces(scope: Scope, codes: Local, scales: Local) {
  const word = scope.variable('v128');
  const shorts = scope.variables('v128', 2) as [Local, Local];
  const fours = shorts.flatMap((short) =>
    ([0, 1] as const).map((half) => v128.toFloats(v128.extendShorts(get(short), half))),
  );
  const codesAt = (offset: number): Code => v128.load(get(codes), offset);
  /** Sixteen signed bytes. */
  function sixteen(bytes: Code): Sixteen {
    const halves = shorts.flatMap((short, half) => local.set(short, v128.extendBytes(get(word), half as 0 | 1)));
    return { prepare: [...local.set(word, bytes), ...halves], fours };
  }
  /** Sixteen signed bytes as they lie in the block. */
  function storedSixteen(offset: number): Sixteen {
    const loads = shorts.flatMap((short, half) => local.set(short, v128.load8x8Signed(get(codes), offset + 8 * half)));
    return { prepare: loads, fours };
  }
  /** Keeps floats, four by four, times `factor`; gives the code that keeps them, and each one of them. */
  function scaled(
    values: readonly Code[],
    factor: Code,
  ): { readonly keep: Code; readonly at: (index: number) => Code } {
    const [multiplier, ...kept] = scope.variables('v128', 1 + values.length) as [Local, ...Local[]];
    return {
      keep: [
        ...local.set(multiplier, v128.splatFloat(factor)),
        ...kept.flatMap((each, index) => local.set(each, v128.multiply(values[index] as Code, get(multiplier)))),
      ],
      at: (index) => v128.lane(get(kept[index >> 2] as Local), index & 3),
    };
  }
  /** The four bytes of an i32 as f32x4. */
  function bytesAsFloats(bytes: Code): Code {
    const places = range(16).map((index) => (index % 4 === 0 ? index / 4 : 255));
    return v128.toFloats(v128.pick(v128.splatInteger(bytes), v128.constant(places)));
  }
  return {
    scope,
    codes: get(codes),
    scales: get(scales),
    codesAt,
    wordAt: (offset: number): Code => i32.load(get(codes), offset),
    sixteen,
    storedSixteen,
    scaled,
    bytesAsFloats,
  };
}

type Pieces = ReturnType<typeof pieces>;

/** Blocks of one part; its sixteens from the low and the high nibbles of the sixteen bytes at `offset`. */
function nibbleBlock(
  { sixteen, codesAt }: Pieces,
  offset: number,
  element: (nibble: Code, half: number) => Code,
  factors: { readonly scale: Code; readonly minimum?: Code },
): BlockCode {
  const sixteens = range(2).map((half) => sixteen(element(nibbles(codesAt(offset), half), half)));
  return { prepare: [], parts: [{ sixteens, ...factors }] };
}

/** The nibble with the fifth bit that stands in the u32 at `offset`: bit i for element i. */
const fiveBits =
  ({ codes }: Pieces, offset: number) =>
  (nibble: Code, half: number): Code => {
    const bytes = v128.constant(range(16).map((index) => 2 * half + (index >> 3)));
    return v128.or(nibble, whereSet(v128.pick(v128.load32Splat(codes, offset), bytes), eachBit, 16));
  };

/** The 12 bytes at `offset` of Q4_K and Q5_K: four 6-bit scales (first and second half) or minima at a time, a byte each. */
function sixBitWords({ wordAt }: Pieces, offset: number): { readonly scales: Code[]; readonly minima: Code[] } {
  const [a, b, c] = [0, 4, 8].map((place) => wordAt(offset + place)) as [Code, Code, Code];
  const masked = (word: Code, shift: number, mask: number): Code =>
    i32.and(i32.shiftRight(word, i32.constant(shift)), i32.constant(mask));
  const upper = (word: Code): Code => masked(word, 2, 0x30303030);
  return {
    scales: [masked(a, 0, 0x3f3f3f3f), i32.or(masked(c, 0, 0x0f0f0f0f), upper(a))],
    minima: [masked(b, 0, 0x3f3f3f3f), i32.or(masked(c, 4, 0x0f0f0f0f), upper(b))],
  };
}

/** Q4_K and Q5_K: eight parts of 32. Two share 32 bytes of nibbles; `element` of a nibble in part `group`, sixteen `half`. */
function sixBitBlock(given: Pieces, nibblesAt: number, element: (nibble: Code, group: number, half: number) => Code) {
  const { codes, codesAt, sixteen, scaled, bytesAsFloats } = given;
  const words = sixBitWords(given, 4);
  const scales = scaled(words.scales.map(bytesAsFloats), halfAt(codes, 0));
  const minima = scaled(words.minima.map(bytesAsFloats), f32.negate(halfAt(codes, 2)));
  const parts = range(8).map((group) => ({
    sixteens: range(2).map((half) =>
      sixteen(element(nibbles(codesAt(nibblesAt + 32 * (group >> 1) + 16 * half), group & 1), group, half)),
    ),
    scale: scales.at(group),
    minimum: minima.at(group),
  }));
  return { prepare: [...scales.keep, ...minima.keep], parts };
}

/** Codes of 2 bits of Q2_K and Q3_K, sixteen `group` of a block. */
function twoBits({ codesAt }: Pieces, offset: number, group: number): Code {
  const bytes = codesAt(offset + 32 * (group >> 3) + 16 * (group & 1));
  return v128.and(v128.shiftBytesRight(bytes, group & 6), v128.splatByte(3));
}

const readers: Readonly<Record<PackedFormat, (given: Pieces) => BlockCode>> = {
  f16: ({ codes }) => {
    const sixteens = range(2).map((half) => ({
      prepare: [],
      fours: range(4).map((four) => halvesAt(codes, 32 * half + 8 * four)),
    }));
    return { prepare: [], parts: [{ sixteens }] };
  },
  bf16: ({ codes }) => {
    const sixteens = range(2).map((half) => ({
      prepare: [],
      fours: range(4).map((four) => v128.shiftIntegersLeft(v128.load16x4(codes, 32 * half + 8 * four), 16)),
    }));
    return { prepare: [], parts: [{ sixteens }] };
  },
  q4_0: (given) =>
    nibbleBlock(given, 0, (nibble) => v128.subtractBytes(nibble, v128.splatByte(8)), {
      scale: halfAt(given.scales, 0),
    }),
  q4_1: (given) =>
    nibbleBlock(given, 0, (nibble) => nibble, { scale: halfAt(given.scales, 0), minimum: halfAt(given.scales, 2) }),
  q5_0: (given) => {
    const bits = fiveBits(given, 0);
    return nibbleBlock(given, 4, (nibble, half) => v128.subtractBytes(bits(nibble, half), v128.splatByte(16)), {
      scale: halfAt(given.scales, 0),
    });
  },
  q5_1: (given) =>
    nibbleBlock(given, 8, fiveBits(given, 4), { scale: halfAt(given.codes, 0), minimum: halfAt(given.codes, 2) }),
  q8_0: ({ scales, storedSixteen }) => ({
    prepare: [],
    parts: [{ sixteens: [storedSixteen(0), storedSixteen(16)], scale: halfAt(scales, 0) }],
  }),
  q2_k: (given) => {
    const { codes, codesAt, sixteen, scaled } = given;
    const [low, high] = [sixteen(lowNibbles(codesAt(0))), sixteen(highNibbles(codesAt(0)))];
    const scales = scaled(low.fours, halfAt(codes, 80));
    const minima = scaled(high.fours, f32.negate(halfAt(codes, 82)));
    const parts = range(16).map((group) => ({
      sixteens: [sixteen(twoBits(given, 16, group))],
      scale: scales.at(group),
      minimum: minima.at(group),
    }));
    return { prepare: [...low.prepare, ...scales.keep, ...high.prepare, ...minima.keep], parts };
  },
  q3_k: (given) => {
    const { scales: scale, codesAt, wordAt, sixteen, scaled, bytesAsFloats } = given;
    const masked = (word: Code, shift: number, mask: number): Code =>
      i32.and(i32.shiftRight(word, i32.constant(shift)), i32.constant(mask));
    const sixBits = range(4).map((four) => {
      const low = masked(wordAt(96 + 4 * (four & 1)), 4 * (four >> 1), 0x0f0f0f0f);
      const high = i32.shiftLeft(masked(wordAt(104), 2 * four, 0x03030303), i32.constant(4));
      return v128.subtract(bytesAsFloats(i32.or(low, high)), v128.splatFloat(f32.constant(32)));
    });
    const scales = scaled(sixBits, halfAt(scale, 0));
    const parts = range(16).map((group) => {
      const mask = whereSet(codesAt(16 * (group & 1)), v128.splatByte(1 << (group >> 1)), 4);
      const element = v128.subtractBytes(v128.or(twoBits(given, 32, group), mask), v128.splatByte(4));
      return { sixteens: [sixteen(element)], scale: scales.at(group) };
    });
    return { prepare: scales.keep, parts };
  },
  q4_k: (given) => sixBitBlock(given, 16, (nibble) => nibble),
  q5_k: (given) =>
    sixBitBlock(given, 48, (nibble, group, half) =>
      v128.or(nibble, whereSet(given.codesAt(16 + 16 * half), v128.splatByte(1 << group), 16)),
    ),
  q6_k: ({ scales: scale, codesAt, sixteen, storedSixteen, scaled }) => {
    const bytes = storedSixteen(192);
    const scales = scaled(bytes.fours, halfAt(scale, 0));
    const parts = range(16).map((group) => {
      const [part, quarter, half] = [group >> 3, (group >> 1) & 3, group & 1];
      const low = nibbles(codesAt(64 * part + 32 * (quarter & 1) + 16 * half), quarter >> 1);
      const stored = codesAt(128 + 32 * part + 16 * half);
      const moved = quarter < 3 ? v128.shiftBytesLeft(stored, 4 - 2 * quarter) : v128.shiftBytesRight(stored, 2);
      const element = v128.or(low, v128.and(moved, v128.splatByte(0x30)));
      return { sixteens: [sixteen(v128.subtractBytes(element, v128.splatByte(32)))], scale: scales.at(group) };
    });
    return { prepare: [...bytes.prepare, ...scales.keep], parts };
  },
  iq4_nl: (given) =>
    nibbleBlock(given, 0, (nibble) => v128.pick(v128.constant(iq4Levels), nibble), { scale: halfAt(given.scales, 0) }),
  iq4_xs: ({ codes, codesAt, wordAt, scope, sixteen }) => {
    const scale = scope.variable('f32');
    const parts = range(8).map((group) => {
      const low = i32.and(i32.shiftRight(wordAt(4), i32.constant(4 * group)), i32.constant(15));
      const high = i32.and(i32.shiftRight(wordAt(0), i32.constant(16 + 2 * group)), i32.constant(3));
      const sixBits = i32.or(low, i32.shiftLeft(high, i32.constant(4)));
      return {
        sixteens: range(2).map((half) =>
          sixteen(v128.pick(v128.constant(iq4Levels), nibbles(codesAt(8 + 16 * group), half))),
        ),
        scale: f32.multiply(get(scale), f32.fromInteger(i32.subtract(sixBits, i32.constant(32)))),
      };
    });
    return { prepare: local.set(scale, halfAt(codes, 0)), parts };
  },
  mxfp4: (given) =>
    nibbleBlock(given, 0, (nibble) => v128.pick(v128.constant(mxfp4Levels), nibble), { scale: powerAt(given.scales) }),
};

/** The code of a block of `format` whose bytes in the tensors of `Weight` begin at the addresses in `codes` and `scales`. */
export function blockCode(format: PackedFormat, scope: Scope, codes: Local, scales: Local): BlockCode {
  return readers[format](pieces(scope, codes, scales));
}
