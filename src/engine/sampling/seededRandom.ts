// Uniform numbers from a seed, the same on every machine and in shaders: MurmurHash3's finaliser applied to a counter.

/** The finaliser of MurmurHash3 (Appleby): a bijection of 32-bit words. */
export function mixWord(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Returns a generator of numbers in [0, 1) with 24 random bits, exact in f32. Shaders use the same numbers, see `sampleToken.wgsl`. */
export function seededRandom(seed: number): () => number {
  let counter = mixWord(seed);
  return () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    return (mixWord(counter) >>> 8) / 2 ** 24;
  };
}
