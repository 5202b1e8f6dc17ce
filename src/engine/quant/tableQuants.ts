// GGML's formats whose 4-bit codes are places in a table: IQ4_NL, IQ4_XS and MXFP4. Decoding only.
import { halfValues } from './halfFloat.ts';

/** The sixteen levels of IQ4: denser about zero, as weights are. */
export const iq4Levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;
/** Twice the values of the 4-bit float E2M1. */
export const mxfp4Levels = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

const half = (bytes: Uint8Array, offset: number): number =>
  halfValues()[(bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)] as number;

function unpackLevels(
  bytes: Uint8Array,
  codes: number,
  scale: number,
  levels: readonly number[],
  values: Float32Array,
  begin: number,
): void {
  for (let j = 0; j < 16; j += 1) {
    const byte = bytes[codes + j] as number;
    values[begin + j] = scale * (levels[byte & 15] as number);
    values[begin + j + 16] = scale * (levels[byte >> 4] as number);
  }
}

/** d, 16 bytes of codes. Value: d level. */
export function unpackIq4Nl(bytes: Uint8Array, offset: number, values: Float32Array): void {
  unpackLevels(bytes, offset + 2, half(bytes, offset), iq4Levels, values, 0);
}

/** d, scales_h u16, scales_l[4], qs[128]: eight groups of 32 with 6-bit scales. Value: d (scale - 32) level. */
export function unpackIq4Xs(bytes: Uint8Array, offset: number, values: Float32Array): void {
  const scale = half(bytes, offset);
  const highBits = (bytes[offset + 2] as number) | ((bytes[offset + 3] as number) << 8);
  for (let group = 0; group < 8; group += 1) {
    const low = ((bytes[offset + 4 + (group >> 1)] as number) >> ((group & 1) * 4)) & 15;
    const groupScale = low | (((highBits >> (2 * group)) & 3) << 4);
    unpackLevels(bytes, offset + 8 + group * 16, scale * (groupScale - 32), iq4Levels, values, group * 32);
  }
}

/** e (a power of two, biased by 127), 16 bytes of codes. Value: 2^(e - 128) times the doubled level. */
export function unpackMxfp4(bytes: Uint8Array, offset: number, values: Float32Array): void {
  unpackLevels(bytes, offset + 1, 2 ** ((bytes[offset] as number) - 128), mxfp4Levels, values, 0);
}
