// Uniform numbers from a seed, the same on every machine (SplitMix-like mixing of a 32-bit counter, two words a number).

function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A function that gives the next number in [0, 1), with 53 random bits. */
export function seededRandom(seed: number): () => number {
  let counter = mix(seed);
  const next = (): number => {
    counter = (counter + 0x9e3779b9) >>> 0;
    return mix(counter);
  };
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}
