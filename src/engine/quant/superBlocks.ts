// GGML's k-quants: super-blocks of 256 elements with small scales inside. Decoding only. Layouts as in GGML's
// `ggml-quants`: d and dmin are f16; all products fit f64 exactly, so each value is rounded once, to f32.
import { halfValues } from './halfFloat.ts';

const half = (bytes: Uint8Array, offset: number): number =>
  halfValues()[(bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)] as number;
const at = (bytes: Uint8Array, offset: number): number => bytes[offset] as number;

/** scales[16] (4 bit scale, 4 bit minimum), qs[64], d, dmin. Value: d scale q - dmin minimum, q of 2 bits. */
export function unpackQ2K(bytes: Uint8Array, offset: number, values: Float32Array): void {
  const scale = half(bytes, offset + 80);
  const minimum = half(bytes, offset + 82);
  for (let i = 0; i < 256; i += 1) {
    const packed = at(bytes, offset + (i >> 4));
    const code = (at(bytes, offset + 16 + (i >> 7) * 32 + (i & 31)) >> (((i >> 5) & 3) * 2)) & 3;
    values[i] = scale * (packed & 15) * code - minimum * (packed >> 4);
  }
}

/** hmask[32], qs[64], scales[12] (16 of 6 bits), d. Value: d (scale - 32) q, q of 2 bits minus 4 unless its mask bit is set. */
export function unpackQ3K(bytes: Uint8Array, offset: number, values: Float32Array): void {
  const scale = half(bytes, offset + 108);
  const scales = offset + 96;
  for (let i = 0; i < 256; i += 1) {
    const group = i >> 4;
    const low = (at(bytes, scales + (group & 7)) >> (group >> 3 ? 4 : 0)) & 15;
    const high = (at(bytes, scales + 8 + (group & 3)) >> ((group >> 2) * 2)) & 3;
    const code = (at(bytes, offset + 32 + (i >> 7) * 32 + (i & 31)) >> (((i >> 5) & 3) * 2)) & 3;
    const mask = (at(bytes, offset + (i & 31)) >> (i >> 5)) & 1;
    values[i] = scale * ((low | (high << 4)) - 32) * (code - (mask ? 0 : 4));
  }
}

/** Scale and minimum of group 0..7 in the 12 bytes that Q4_K and Q5_K share: 6 bits each. */
function scaleAndMinimum(bytes: Uint8Array, scales: number, group: number): [number, number] {
  if (group < 4) return [at(bytes, scales + group) & 63, at(bytes, scales + group + 4) & 63];
  const low = at(bytes, scales + group + 4);
  return [
    (low & 15) | ((at(bytes, scales + group - 4) >> 6) << 4),
    (low >> 4) | ((at(bytes, scales + group) >> 6) << 4),
  ];
}

/** d, dmin, scales[12], qs[128]: 64 elements share 32 bytes, low nibbles first. Value: d scale q - dmin minimum. */
export function unpackQ4K(bytes: Uint8Array, offset: number, values: Float32Array): void {
  const scale = half(bytes, offset);
  const minimum = half(bytes, offset + 2);
  for (let group = 0; group < 8; group += 1) {
    const [groupScale, groupMinimum] = scaleAndMinimum(bytes, offset + 4, group);
    for (let l = 0; l < 32; l += 1) {
      const code = (at(bytes, offset + 16 + (group >> 1) * 32 + l) >> ((group & 1) * 4)) & 15;
      values[group * 32 + l] = scale * groupScale * code - minimum * groupMinimum;
    }
  }
}

/** d, dmin, scales[12], qh[32], qs[128]: as Q4_K, with bit `group` of qh[l] as the fifth bit. */
export function unpackQ5K(bytes: Uint8Array, offset: number, values: Float32Array): void {
  const scale = half(bytes, offset);
  const minimum = half(bytes, offset + 2);
  for (let group = 0; group < 8; group += 1) {
    const [groupScale, groupMinimum] = scaleAndMinimum(bytes, offset + 4, group);
    for (let l = 0; l < 32; l += 1) {
      const low = (at(bytes, offset + 48 + (group >> 1) * 32 + l) >> ((group & 1) * 4)) & 15;
      const high = (at(bytes, offset + 16 + l) >> group) & 1;
      values[group * 32 + l] = scale * groupScale * (low | (high << 4)) - minimum * groupMinimum;
    }
  }
}

/** ql[128], qh[64], scales i8[16], d. Value: d scale (q - 32), q of 4 low and 2 high bits. */
export function unpackQ6K(bytes: Uint8Array, offset: number, values: Float32Array): void {
  const scale = half(bytes, offset + 208);
  for (let i = 0; i < 256; i += 1) {
    const part = i >> 7;
    const quarter = (i >> 5) & 3;
    const l = i & 31;
    const low = (at(bytes, offset + part * 64 + (quarter & 1) * 32 + l) >> ((quarter >> 1) * 4)) & 15;
    const high = (at(bytes, offset + 128 + part * 32 + l) >> (quarter * 2)) & 3;
    const groupScale = (at(bytes, offset + 192 + (i >> 4)) << 24) >> 24;
    values[i] = scale * groupScale * ((low | (high << 4)) - 32);
  }
}
