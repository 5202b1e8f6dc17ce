// A suite of parts that are each tried a number of times, one attempt after another, in this process.
import { type Random, randomOf } from './decoders/random.ts';
import type { Suite, SuiteOptions } from './suite.ts';

export interface Part {
  readonly name: string;
  /** Attempts in the long form. */
  readonly runs: number;
  /** Makes the fault once; says what is wrong afterwards, undefined when nothing is. What it throws is wrong too. */
  attempt(random: Random): Promise<string | undefined>;
}

/** One attempt, the same for the same numbers, as far as processes and networks allow. */
export async function attemptPart(part: Part, seed: number, run: number): Promise<string | undefined> {
  try {
    return await part.attempt(randomOf(seed, run));
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

export function partsSuite(name: string, says: string, all: readonly Part[]): Suite {
  async function run({ parts, runs, seed, first, print }: SuiteOptions) {
    const chosen = all.filter((part) => parts.some((begin) => part.name.startsWith(begin)));
    const faults: string[] = [];
    let total = 0;
    for (const part of chosen) {
      const count = runs === undefined ? part.runs : Math.ceil(runs / chosen.length);
      const begin = Date.now();
      const before = faults.length;
      for (let attempt = first; attempt < first + count; attempt += 1) {
        const fault = await attemptPart(part, seed, attempt);
        total += 1;
        if (fault === undefined) continue;
        const again = `npm run faults -- ${name}/${part.name} --seed ${seed} --first ${attempt} --runs 1`;
        const told = `${name}/${part.name}, run ${attempt}: ${fault}\n       ${again}`;
        faults.push(told);
        print(`FAULT  ${told}`);
      }
      const seconds = ((Date.now() - begin) / 1000).toFixed(1);
      const result = faults.length === before ? 'pass' : 'FAIL';
      print(
        `${result}  ${`${name}/${part.name}`.padEnd(26)} ${String(count).padStart(8)} runs  ${seconds.padStart(6)} s`,
      );
    }
    return { runs: total, faults };
  }
  return { name, says, run };
}
