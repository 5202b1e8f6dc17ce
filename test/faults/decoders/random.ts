import { mixWord, seededRandom } from '../../../src/engine/sampling/seededRandom.ts';

export interface Random {
  /** A whole number below `limit`; 0 for a limit of 0. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<Value>(list: readonly Value[]): Value;
}

/** The same numbers for the same words. */
export function randomOf(...words: readonly number[]): Random {
  const next = seededRandom(words.reduce((state, word) => mixWord(mixWord(state + 0x9e3779b9) ^ word), 0));
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: <Value>(list: readonly Value[]): Value => list[below(list.length)] as Value,
  };
}
