// A small made-up world for tests: facts with a random direction each; the gradient of a row is its fact's direction with
// noise, so influence has one right answer. Tests only.
import { mix } from '../influence/mix.ts';
import type { OpenRow } from '../service.ts';
import type { IndexRow, Sketch } from '../types.ts';

export const parameterCount = 700;
export const sketchSize = 512;
export const seed = 7;
export const wordings = 3;

/** Pseudo-random numbers in [-1, 1), the same ones every time. */
export function noise(length: number, ...key: readonly number[]): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, index) => mix(11, ...key, index) / 2 ** 31 - 1);
}

/** Gradient of a row, or a question, about fact `fact`; other `variant`s of one fact are alike. */
export function gradientOf(fact: number, variant: number): Float32Array<ArrayBuffer> {
  const direction = noise(parameterCount, 1, fact);
  return noise(parameterCount, 2, fact, variant).map((value, index) => value / 2 + (direction[index] as number));
}

/** Token ids of the answer to fact `fact`: ten common ids and its own ones. */
export const answerIdsOf = (fact: number): number[] => [
  1,
  2,
  3,
  100 + fact,
  200 + fact,
  300 + fact,
  400 + fact,
  500 + fact,
  4,
];

const account = (number: number): string => `0x${String(number).repeat(40)}`;
/** Three contributors, not in the order of their addresses. */
export const accounts = [account(9), account(1), account(5)] as const;

export interface SampleWorld {
  readonly rows: readonly IndexRow[];
  readonly openRows: readonly OpenRow[];
}

/** `facts` facts, three rows each; contributors own a third of the facts each; the last tenth of the facts is placebo. */
export function sampleWorld(facts: number, sketch: (gradient: Float32Array) => Sketch): SampleWorld {
  const rows: IndexRow[] = [];
  const openRows: OpenRow[] = [];
  for (let fact = 0; fact < facts; fact += 1) {
    for (let variant = 0; variant < wordings; variant += 1) {
      const text = { prompt: `Question ${variant} about ${fact}?`, response: `Answer ${fact}.` };
      rows.push({
        ...text,
        account: accounts[Math.floor((3 * fact) / facts)] as string,
        contribution: 'sample',
        position: rows.length,
        placebo: fact >= facts * 0.9,
        sketch: sketch(gradientOf(fact, variant)),
      });
      openRows.push({ ...text, responseIds: answerIdsOf(fact) });
    }
  }
  return { rows, openRows };
}

/** SHA-256 of the index of sixty facts, and the shares of a question about fact 30: the same in Node and in every browser. */
export const expectedIndexDigest = '04fbff8b3a3fe168e1ff158a3ff6139c3ee9a5248de2e57c3ff61a3623372de7';
export const expectedShares: readonly { readonly account: string; readonly ppm: number }[] = [
  { account: account(1), ppm: 992_288 },
  { account: account(9), ppm: 7_712 },
];
