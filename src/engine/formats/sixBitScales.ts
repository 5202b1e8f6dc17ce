// The scales and minima that Q4_K and Q5_K share.
import { byteAt } from './blockFormat.ts';

/** Scale and minimum of group 0..7 in the 12 bytes that Q4_K and Q5_K share: 6 bits each. */
export function scaleAndMinimum(bytes: Uint8Array, scales: number, group: number): [number, number] {
  if (group < 4) return [byteAt(bytes, scales + group) & 63, byteAt(bytes, scales + group + 4) & 63];
  const low = byteAt(bytes, scales + group + 4);
  return [
    (low & 15) | ((byteAt(bytes, scales + group - 4) >> 6) << 4),
    (low >> 4) | ((byteAt(bytes, scales + group) >> 6) << 4),
  ];
}
