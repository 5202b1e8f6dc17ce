// Walks through the real app, with a fault made for real at a random moment of each: the built app, chain, relay and browsers of the
// end-to-end tests. A walk goes on as a person would and says what was lost, done twice, or left without a way on.
import { seededRandom } from '../../../src/engine/index.ts';
import { build } from '../../../tools/vite.ts';
import { type Bench, type OpenOptions, type Person, startBench } from '../../e2e/harness.ts';
import type { Suite, SuiteOptions } from '../suite.ts';

export interface Turn {
  readonly bench: Bench;
  /** In [0, 1), the same in every walk of the same seed and number. */
  random(): number;
  /** Words for texts of this walk, which no other walk of this bench uses. */
  readonly words: string;
  /** A browser of this walk; again after it was closed or killed, with what it kept. */
  open(options?: OpenOptions): Promise<Person>;
  /** What is done now: said with a fault. */
  note(step: string): void;
  /** A figure, said in the long form whatever comes of the walk. */
  tell(figure: string): void;
}

export type Walk = (turn: Turn) => Promise<void>;

export interface Place {
  readonly suite: string;
  readonly part: string;
  readonly seed: number;
  readonly run: number;
}

const SHOWN_CHARACTERS = 1_500;
/** What takes longer on a page hangs; the steps of a walk are short. */
const STUCK_MILLISECONDS = 60_000;

/** A number of 31 bits of a place. */
function numberOf({ suite, part, seed, run }: Place): number {
  let number = seed;
  for (const character of `${suite}/${part}/${run}`) number = (Math.imul(number, 31) + character.charCodeAt(0)) | 0;
  return number & 0x7fffffff;
}

/** Throws as a test does when something is not as it must be. */
export function must(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

/** One of a list. */
export function oneOf<Value>(list: readonly Value[], random: () => number): Value {
  return list[Math.floor(random() * list.length)] as Value;
}

/** What a page shows, in one line. */
export async function shown(person: Person | undefined): Promise<string> {
  const page = person?.context.pages().at(-1);
  if (page === undefined) return 'nothing';
  const text = await page
    .locator('main')
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not shown.
    .innerText({ timeout: 5_000 })
    .catch((error: Error) => `(${error.message.split('\n')[0]})`);
  return `${new URL(page.url()).hash} ${text.replace(/\s+/g, ' ').slice(0, SHOWN_CHARACTERS)}`;
}

/** Takes one walk. Resolves with what went wrong; undefined if nothing did. */
export async function faultOf(
  walk: Walk,
  bench: Bench,
  place: Place,
  tell: (figure: string) => void = () => undefined,
): Promise<string | undefined> {
  const number = numberOf(place);
  const words = `${place.suite} ${place.part} ${number.toString(36)}`;
  const steps: string[] = [];
  const people: Person[] = [];
  try {
    await walk({
      bench,
      random: seededRandom(number),
      words,
      async open(options) {
        const person = await bench.open(words.replaceAll(' ', '-'), options);
        person.context.setDefaultTimeout(STUCK_MILLISECONDS);
        people.push(person);
        return person;
      },
      note: (step) => void steps.push(step),
      tell,
    });
    const problems = people.flatMap((person) => person.problems);
    return problems.length === 0 ? undefined : `the page reports: ${problems.join('; ')} [${steps.join(', ')}]`;
  } catch (error) {
    const { message } = error as Error;
    return `${message.split('\n').slice(0, 4).join(' ')} [${steps.join(', ')}] The page shows: ${await shown(people.at(-1))}`;
  } finally {
    for (const person of people) await person.close().catch(() => undefined);
  }
}

export interface WalkSuite extends Suite {
  readonly parts: Readonly<Record<string, Walk>>;
}

/** A suite of walks, taken in turn. `runs`: how many walks of all parts by default. */
export function walkSuite(chosen: {
  readonly name: string;
  readonly says: string;
  readonly parts: Readonly<Record<string, Walk>>;
  readonly runs: number;
}): WalkSuite {
  return {
    ...chosen,
    async run({ parts, runs = chosen.runs, seed, first, print }: SuiteOptions) {
      const walks = Object.entries(chosen.parts).filter(([name]) => parts.some((part) => name.startsWith(part)));
      const faults: string[] = [];
      if (walks.length === 0) return { runs: 0, faults };
      await build();
      const bench = await startBench();
      let total = 0;
      try {
        for (const [part, walk] of walks) {
          const begin = Date.now();
          const before = faults.length;
          const count = Math.ceil(runs / walks.length);
          for (let run = first; run < first + count; run += 1) {
            const fault = await faultOf(walk, bench, { suite: chosen.name, part, seed, run }, (figure) =>
              print(`      run ${run}: ${figure}`),
            );
            total += 1;
            const again = `npm run faults -- ${chosen.name}/${part} --seed ${seed} --first ${run} --runs 1`;
            if (fault !== undefined) {
              const text = `${chosen.name}/${part}, run ${run}: ${fault}\n       ${again}`;
              faults.push(text);
              print(`FAULT  ${text}`);
            }
          }
          const seconds = ((Date.now() - begin) / 1000).toFixed(1);
          print(
            `${faults.length === before ? 'pass' : 'FAIL'}  ${part.padEnd(26)} ${String(count).padStart(8)} walks  ${seconds.padStart(6)} s`,
          );
        }
      } finally {
        await bench.end();
      }
      return { runs: total, faults };
    },
  };
}
