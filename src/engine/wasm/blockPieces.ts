// Building blocks of the WebAssembly decoders of the weight formats (`formats/`): code that decodes a block sixteen elements at a
// time into floats, which a scale and a minimum turn into weights. Bits are in file order, except for the bytes that a
// `DeviceLayout` moves to `scales`. The product of a scale, a scale within the block and a code has at most 24 bits: it is exact in
// f32, and the one sum is rounded once.
//
// A signed byte becomes a float in two steps instead of the four that widening takes: it is moved to the top of a lane with zeros
// below, and the lane is converted. Elements are therefore 2^24 times too large (`raised`), and their scale is smaller by that factor.
import { type Code, f32, i32, type Local, local, type Scope, v128 } from './assemble.ts';

/** Sixteen consecutive elements: `fours` may be evaluated after `prepare` and before the next `prepare`. */
export interface Sixteen {
  readonly prepare: Code;
  /** f32x4 each. */
  readonly fours: readonly Code[];
}

/** Sixteen or thirty-two elements with their own scale: weight = scale * element + minimum. */
export interface Part {
  readonly sixteens: readonly Sixteen[];
  /** f32. Default: 1. */
  readonly scale?: Code;
  /** f32. Default: 0. */
  readonly minimum?: Code;
}

export interface Block {
  /** To run for each block, before the code of its parts. */
  readonly prepare: Code;
  /** In the order of the elements. */
  readonly parts: readonly Part[];
}

export interface BlockCode extends Block {
  /** To run once, before the first block. */
  readonly setup: Code;
}

const get = local.get;
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The factor by which an element decoded from a byte is too large: the byte is at the top of 32 bits. */
export const RAISED = 2 ** 24;

/** Mask for an f16's bits, sign-extended and shifted to their places in an f32; and the factor that corrects the exponent's bias. */
export const [halfMask, halfFactor] = [0x8fffffff, 2 ** 112];

/** The f16 at an address as f32, times a power of two. Exact. */
export function loadHalf(address: Code, offset: number, factor = 1): Code {
  const spread = i32.shiftLeft(i32.load16Signed(address, offset), i32.constant(13));
  return f32.multiply(f32.reinterpret(i32.and(spread, i32.constant(halfMask))), f32.constant(halfFactor * factor));
}

/** 2^(e - 128) of the byte e at an address, as two factors, because the smallest are below f32's normal range. */
export function powerAt(address: Code): Code {
  const exponent = i32.load8(address, 0);
  const half = i32.shiftRight(exponent, i32.constant(1));
  const power = (by: Code): Code =>
    f32.reinterpret(i32.shiftLeft(i32.add(by, i32.constant(127 - 64)), i32.constant(23)));
  return f32.multiply(power(half), power(i32.subtract(exponent, half)));
}

/** The building blocks of all decoders. */
export function blockPieces(scope: Scope, codes: Local, scales: Local) {
  const word = scope.variable('v128');
  const setup: Code[] = [];
  /** A constant, built before the first block: engines rebuild it at every use, which costs more than the use. */
  function once(value: Code): Code {
    const variable = scope.variable('v128');
    setup.push(local.set(variable, value));
    return get(variable);
  }
  const splats = new Map<number, Code>();
  /** A byte, sixteen times. */
  function byte(value: number): Code {
    const splat = splats.get(value) ?? once(v128.splatByte(value));
    splats.set(value, splat);
    return splat;
  }
  /** For each four of sixteen bytes: the source of the top byte of each lane. */
  const tops = range(4).map((four) =>
    once(v128.constant(range(16).map((index) => (index % 4 === 3 ? 4 * four + (index >> 2) : 255)))),
  );
  const low = range(16).map((index) => (index % 4 === 0 ? index / 4 : 255));

  return {
    setup,
    scope,
    once,
    byte,
    codes: get(codes),
    scales: get(scales),
    codesAt: (offset: number): Code => v128.load(get(codes), offset),
    wordAt: (offset: number): Code => i32.load(get(codes), offset),
    /** The low (0) or high (1) half of each byte. */
    nibbles: (bytes: Code, half: number): Code =>
      half === 0 ? v128.and(bytes, byte(15)) : v128.shiftBytesRight(bytes, 4),
    /** `value` in every byte of `bytes` whose bit in `mask` (one bit per byte) is set; 0 elsewhere. */
    whereSet: (bytes: Code, mask: Code, value: number): Code =>
      v128.and(v128.equalBytes(v128.and(bytes, mask), mask), byte(value)),
    /** Signed bytes, raised. */
    sixteen: (bytes: Code): Sixteen => ({
      prepare: local.set(word, bytes),
      fours: tops.map((places) => v128.toFloats(v128.pick(get(word), places))),
    }),
    /** The four bytes of an i32, as f32x4. */
    bytesAsFloats: (bytes: Code): Code => v128.toFloats(v128.pick(v128.splatInteger(bytes), v128.constant(low))),
    /** Stores floats, given in fours, times `factor`: the code that does so, and accessors of each four. */
    scaled(values: readonly Code[], factor: Code): { readonly keep: Code; readonly at: (index: number) => Code } {
      const [multiplier, ...kept] = scope.variables('v128', 1 + values.length) as [Local, ...Local[]];
      return {
        keep: [
          local.set(multiplier, v128.splatFloat(factor)),
          kept.map((each, index) => local.set(each, v128.multiply(values[index] as Code, get(multiplier)))),
        ],
        at: (index) => v128.lane(get(kept[index >> 2] as Local), index & 3),
      };
    },
  };
}

export type BlockPieces = ReturnType<typeof blockPieces>;

/** The same bits of each byte of an i32, shifted right. */
export const bitsOf = (word: Code, shift: number, mask: number): Code =>
  i32.and(i32.shiftRight(word, i32.constant(shift)), i32.constant(mask));

/** A block with a single part: its sixteens are the low and the high nibbles of the sixteen bytes at `offset`. */
export function nibbleBlock(
  { sixteen, codesAt, nibbles }: BlockPieces,
  offset: number,
  factors: { readonly scale: Code; readonly minimum?: Code },
  element = (nibble: Code, _half: number): Code => nibble,
): Block {
  const sixteens = range(2).map((half) => sixteen(element(nibbles(codesAt(offset), half), half)));
  return { prepare: [], parts: [{ sixteens, ...factors }] };
}

/** A nibble and its fifth bit, which is bit i of the u32 at `offset` for element i. */
export function fiveBits({ codes, once, whereSet }: BlockPieces, offset: number): (nibble: Code, half: number) => Code {
  const eachBit = once(v128.constant(range(16).map((index) => 1 << (index & 7))));
  const eachByte = range(2).map((half) => once(v128.constant(range(16).map((index) => 2 * half + (index >> 3)))));
  return (nibble, half) => {
    const bytes = v128.pick(v128.load32Splat(codes, offset), eachByte[half] as Code);
    return v128.or(nibble, whereSet(bytes, eachBit, 16));
  };
}

/**
 * Q4_K and Q5_K: d, dmin, 12 bytes of 6-bit scales and minima, and eight parts of 32 elements, two of which share 32 bytes of
 * nibbles. `element`: decodes the nibbles of sixteen `half` of part `group`.
 */
export function sixBitBlock(
  { codes, codesAt, wordAt, sixteen, nibbles, scaled, bytesAsFloats }: BlockPieces,
  nibblesAt: number,
  element: (nibble: Code, group: number, half: number) => Code,
): Block {
  const [first, second, third] = [4, 8, 12].map(wordAt) as [Code, Code, Code];
  // The last four scales and minima have their low bits in the third word and their high bits above the first four.
  const sixBits = (word: Code, shift: number): Code[] => [
    bitsOf(word, 0, 0x3f3f3f3f),
    i32.or(bitsOf(third, shift, 0x0f0f0f0f), bitsOf(word, 2, 0x30303030)),
  ];
  const scales = scaled(sixBits(first, 0).map(bytesAsFloats), loadHalf(codes, 0, 1 / RAISED));
  const minima = scaled(sixBits(second, 4).map(bytesAsFloats), f32.negate(loadHalf(codes, 2)));
  const parts = range(8).map((group) => ({
    sixteens: range(2).map((half) => {
      const bytes = codesAt(nibblesAt + 32 * (group >> 1) + 16 * half);
      return sixteen(element(nibbles(bytes, group & 1), group, half));
    }),
    scale: scales.at(group),
    minimum: minima.at(group),
  }));
  return { prepare: [scales.keep, minima.keep], parts };
}

/** Sixteen `group` of the 2-bit codes of Q2_K and Q3_K, which start at `offset`. */
export function twoBits({ codesAt, byte }: BlockPieces, offset: number, group: number): Code {
  const bytes = codesAt(offset + 32 * (group >> 3) + 16 * (group & 1));
  return v128.and(v128.shiftBytesRight(bytes, group & 6), byte(3));
}

/** Thirty-two 16-bit floats, four at a time. */
export function wideBlock(fourAt: (offset: number) => Code): Block {
  const sixteens = range(2).map((half) => ({
    prepare: [],
    fours: range(4).map((four) => fourAt(32 * half + 8 * four)),
  }));
  return { prepare: [], parts: [{ sixteens }] };
}
