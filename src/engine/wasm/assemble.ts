// Assembles a WebAssembly module from instructions written as nested arrays. The kernels need only two dozen instructions, and
// no other part of the project needs a compiler. Names are those of the WebAssembly text format.

/** Encoded instructions, nested as they were composed. */
export type Code = readonly (number | Code)[];

export type ValueType = 'i32' | 'f32' | 'v128';

const typeCodes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 127;
    rest >>= 7;
    const sign = (byte & 64) !== 0;
    if ((rest === 0 && !sign) || (rest === -1 && sign)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

const floatBytes = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
const simd = (code: number): number[] => [0xfd, ...leb(code)];
/** Alignment 1 (a hint only) and an offset in bytes. */
const place = (offset: number): number[] => [0, ...leb(offset)];

/** `index` of a local variable or parameter. */
export type Local = number;

export const local = {
  get: (index: Local): Code => [0x20, leb(index)],
  set: (index: Local, value: Code): Code => [value, 0x21, leb(index)],
};

export const i32 = {
  constant: (value: number): Code => [0x41, signedLeb(value)],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  subtract: (a: Code, b: Code): Code => [a, b, 0x6b],
  multiply: (a: Code, b: Code): Code => [a, b, 0x6c],
  and: (a: Code, b: Code): Code => [a, b, 0x71],
  or: (a: Code, b: Code): Code => [a, b, 0x72],
  shiftLeft: (a: Code, b: Code): Code => [a, b, 0x74],
  /** Unsigned. */
  shiftRight: (a: Code, b: Code): Code => [a, b, 0x76],
  /** The smaller of two unsigned integers; evaluates each operand twice. */
  minimum: (a: Code, b: Code): Code => [a, b, a, b, 0x49, 0x1b],
  load: (address: Code, offset: number): Code => [address, 0x28, place(offset)],
  /** An unsigned byte. */
  load8: (address: Code, offset: number): Code => [address, 0x2d, place(offset)],
  /** A half-precision number's bits, sign-extended. */
  load16Signed: (address: Code, offset: number): Code => [address, 0x2e, place(offset)],
};

export const f32 = {
  constant: (value: number): Code => [0x43, floatBytes(value)],
  add: (a: Code, b: Code): Code => [a, b, 0x92],
  multiply: (a: Code, b: Code): Code => [a, b, 0x94],
  negate: (value: Code): Code => [value, 0x8c],
  /** From a signed i32. */
  fromInteger: (value: Code): Code => [value, 0xb2],
  load: (address: Code, offset: number): Code => [address, 0x2a, place(offset)],
  store: (address: Code, offset: number, value: Code): Code => [address, value, 0x38, place(offset)],
  /** The float with these bits. */
  reinterpret: (bits: Code): Code => [bits, 0xbe],
};

export const v128 = {
  load: (address: Code, offset: number): Code => [address, simd(0x00), place(offset)],
  /** Four 16-bit integers as i32x4: sign- or zero-extended. */
  load16x4Signed: (address: Code, offset: number): Code => [address, simd(0x03), place(offset)],
  load16x4: (address: Code, offset: number): Code => [address, simd(0x04), place(offset)],
  /** One f32, or any four bytes, in every lane. */
  load32Splat: (address: Code, offset: number): Code => [address, simd(0x09), place(offset)],
  /** One f32 in the first lane, zeros in the others. */
  load32Zero: (address: Code, offset: number): Code => [address, simd(0x5c), place(offset)],
  store: (address: Code, offset: number, value: Code): Code => [address, value, simd(0x0b), place(offset)],
  /** Sixteen bytes; only the lowest eight bits of each number are used. */
  constant: (bytes: readonly number[]): Code => [simd(0x0c), ...Uint8Array.from(bytes)],
  zero: [simd(0x0c), ...Array<number>(16).fill(0)] as Code,
  /** Byte i of the result is byte places[i] of `bytes`, or 0 if places[i] is above 15. */
  pick: (bytes: Code, places: Code): Code => [bytes, places, simd(0x0e)],
  and: (a: Code, b: Code): Code => [a, b, simd(0x4e)],
  or: (a: Code, b: Code): Code => [a, b, simd(0x50)],
  splatByte: (value: number): Code => [i32.constant(value), simd(0x0f)],
  splatInteger: (value: Code): Code => [value, simd(0x11)],
  splatFloat: (value: Code): Code => [value, simd(0x13)],
  /** One lane of f32x4. */
  lane: (value: Code, index: number): Code => [value, simd(0x1f), index],
  /** 0xff in every byte where the two are equal, 0 elsewhere. */
  equalBytes: (a: Code, b: Code): Code => [a, b, simd(0x23)],
  shiftBytesLeft: (value: Code, by: number): Code => [value, i32.constant(by), simd(0x6b)],
  /** Unsigned bytes. */
  shiftBytesRight: (value: Code, by: number): Code => [value, i32.constant(by), simd(0x6d)],
  subtractBytes: (a: Code, b: Code): Code => [a, b, simd(0x71)],
  toFloats: (value: Code): Code => [value, simd(0xfa)],
  add: (a: Code, b: Code): Code => [a, b, simd(0xe4)],
  subtract: (a: Code, b: Code): Code => [a, b, simd(0xe5)],
  multiply: (a: Code, b: Code): Code => [a, b, simd(0xe6)],
  divide: (a: Code, b: Code): Code => [a, b, simd(0xe7)],
  minimum: (a: Code, b: Code): Code => [a, b, simd(0xe8)],
  maximum: (a: Code, b: Code): Code => [a, b, simd(0xe9)],
  /** Rounded to the nearest integer, still as floats. */
  nearest: (value: Code): Code => [value, simd(0x6a)],
  toIntegers: (value: Code): Code => [value, simd(0xf8)],
  addIntegers: (a: Code, b: Code): Code => [a, b, simd(0xae)],
  shiftIntegersLeft: (value: Code, by: number): Code => [value, i32.constant(by), simd(0xab)],
};

/** a b + c: rounded once (relaxed SIMD) if `fused`, otherwise twice. */
export function multiplyAdd(fused: boolean, a: Code, b: Code, c: Code): Code {
  return fused ? [a, b, c, simd(0x105)] : v128.add(v128.multiply(a, b), c);
}

/** The sum of a variable's four lanes. */
export function laneSum(value: Local): Code {
  const lane = (index: number): Code => v128.lane(local.get(value), index);
  return f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)));
}

/** `variable` += `by`. */
export const increase = (variable: Local, by: Code): Code => local.set(variable, i32.add(local.get(variable), by));

/** Repeats `body` and decrements `counter` until it is zero; does nothing if it starts at zero. */
export function countdown(counter: Local, body: Code): Code {
  const lowered = local.set(counter, i32.subtract(local.get(counter), i32.constant(1)));
  // A block around the loop: branching out of it skips the loop if the counter starts at zero.
  const loop = [0x03, 0x40, body, lowered, local.get(counter), 0x0d, 0, 0x0b];
  return [0x02, 0x40, local.get(counter), 0x45, 0x0d, 0, loop, 0x0b];
}

/** Runs `body` if `condition` is not zero. */
export const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];

/** Local variables of a function under construction. */
export interface Scope {
  /** A new variable, initially zero. */
  variable(type: ValueType): Local;
  variables(type: ValueType, count: number): Local[];
}

export interface KernelFunction {
  readonly name: string;
  /** Number of i32 parameters; they are locals 0, 1, ... */
  readonly parameters: number;
  readonly body: (scope: Scope) => Code;
}

function flatten(code: Code, bytes: number[] = []): number[] {
  for (const each of code) {
    if (typeof each === 'number') bytes.push(each);
    else flatten(each, bytes);
  }
  return bytes;
}

function functionBody({ parameters, body }: KernelFunction): number[] {
  const types: ValueType[] = [];
  const variable = (type: ValueType): Local => parameters + types.push(type) - 1;
  const code = body({ variable, variables: (type, count) => Array.from({ length: count }, () => variable(type)) });
  const declared = types.flatMap((type) => [1, typeCodes[type]]);
  return flatten([leb(types.length), declared, code, 0x0b]);
}

/** A module that imports `env.memory` and exports the functions, none of which returns anything. */
export function assembleModule(functions: readonly KernelFunction[]): Uint8Array<ArrayBuffer> {
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const list = (items: readonly number[][]): number[] => [...leb(items.length), ...items.flat()];
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
  const type = ({ parameters }: KernelFunction): number[] => [
    0x60,
    ...leb(parameters),
    ...Array<number>(parameters).fill(typeCodes.i32),
    0,
  ];
  const sized = (bytes: number[]): number[] => [...leb(bytes.length), ...bytes];
  const magicAndVersion = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return Uint8Array.from([
    ...magicAndVersion,
    ...section(1, list(functions.map(type))),
    ...section(2, list([[...name('env'), ...name('memory'), 2, 0, 1]])),
    ...section(3, list(functions.map((_, index) => leb(index)))),
    ...section(7, list(functions.map((each, index) => [...name(each.name), 0, ...leb(index)]))),
    ...section(10, list(functions.map((each) => sized(functionBody(each))))),
  ]);
}
