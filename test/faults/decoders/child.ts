// The process in which one decoder is tried, so that its parent survives what it does: it may never end, and memory is a process's.
// Arguments: decoder, seed, first run, count, file in which the number of the present run is kept.
import { openSync, writeSync } from 'node:fs';
import { decoders } from './index.ts';
import { MAX_GROWTH_BYTES } from './limits.ts';
import { faultOf, openExamples, stringOf } from './tryDecoder.ts';

/** Told to the parent. */
export type Told =
  | { readonly kind: 'fault'; readonly run: number; readonly text: string }
  | { readonly kind: 'memory'; readonly run: number; readonly growth: number; readonly bytes: number }
  | { readonly kind: 'end'; readonly runs: number; readonly growth: number };

/** Distinct faults that are told. */
const MAX_FAULTS = 8;
const GARBAGE_EVERY = 128;

const [name, seed, first, count, file] = process.argv.slice(2) as [string, string, string, string, string];
const decoder = decoders.find((each) => each.name === name);
if (decoder === undefined) throw new Error(`There is no decoder ${name}.`);
const tell = (told: Told): Promise<void> => new Promise((resolve) => process.send?.(told, () => resolve()));
const collect = (): void => (globalThis as { gc?: () => void }).gc?.();

const examples = await openExamples(decoder);
// What is loaded and compiled at first use is no input's.
for (let round = 0; round < 3; round += 1)
  for (const bytes of examples.list) await faultOf(decoder, new Uint8Array(bytes));
collect();
const peak = (): number => 1024 * process.resourceUsage().maxRSS;
const base = peak();
const progress = openSync(file, 'w');
const present = new BigUint64Array(1);
const seen = new Set<string>();
let runs = 0;
for (let run = Number(first); run < Number(first) + Number(count); run += 1) {
  const bytes = await stringOf(decoder, examples, Number(seed), run);
  present[0] = BigInt(run);
  writeSync(progress, present, 0, 8, 0);
  const text = await faultOf(decoder, bytes);
  runs += 1;
  const key = text?.replace(/\d+/g, '').split('\n').slice(0, 3).join();
  if (text !== undefined && key !== undefined && !seen.has(key) && seen.size < MAX_FAULTS) {
    seen.add(key);
    await tell({ kind: 'fault', run, text });
  }
  const growth = peak() - base;
  if (growth > MAX_GROWTH_BYTES + 2 * bytes.byteLength) {
    await tell({ kind: 'memory', run, growth, bytes: bytes.byteLength });
    process.exit(0);
  }
  if (run % GARBAGE_EVERY === 0) collect();
}
await tell({ kind: 'end', runs, growth: peak() - base });
process.exit(0);
