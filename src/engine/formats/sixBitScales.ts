// The scales and minima that Q4_K and Q5_K share.

const at = (bytes: Uint8Array, offset: number): number => bytes[offset] as number;

/** Scale and minimum of group 0..7 in the 12 bytes that Q4_K and Q5_K share: 6 bits each. */
export function scaleAndMinimum(bytes: Uint8Array, scales: number, group: number): [number, number] {
  if (group < 4) return [at(bytes, scales + group) & 63, at(bytes, scales + group + 4) & 63];
  const low = at(bytes, scales + group + 4);
  return [
    (low & 15) | ((at(bytes, scales + group - 4) >> 6) << 4),
    (low >> 4) | ((at(bytes, scales + group) >> 6) << 4),
  ];
}
