// Seeded random numbers that are the same on every machine: published seeds determine initial weights and row orders.
// Generator: sfc32 (Chris Doty-Humphrey, PractRand), state of four words.

/** Returns a generator of uniform numbers in [0, 1), in steps of 2^-32. */
export function randomStream(seed: number, stream: number): () => number {
  let a = seed >>> 0;
  let b = stream >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  // Similar seeds differ in few bits, and so would the first outputs.
  for (let i = 0; i < 16; i += 1) next();
  return next;
}
