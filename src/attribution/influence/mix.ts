// A counter-based hash: sign and bucket of any coordinate can be recomputed from (seed, counters), so no random matrix is
// ever stored. Chain of MurmurHash3's 32-bit finaliser (A. Appleby, public domain).

/** MurmurHash3's finaliser, unsigned 32 bits. */
export function fmix32(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** h = fmix32(seed); for each counter: h = fmix32((h xor counter) + 0x9E3779B9), modulo 2^32. */
export function mix(seed: number, ...counters: readonly number[]): number {
  let hash = fmix32(seed);
  for (const counter of counters) hash = fmix32((hash ^ counter) + 0x9e3779b9);
  return hash;
}
