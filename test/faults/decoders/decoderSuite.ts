// Random strings through every reader of bytes that come from others. Each ends with a value or a typed error, ends at all, and takes
// no more memory than twice its input and 64 MiB.
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Suite, SuiteOptions } from '../suite.ts';
import type { Told } from './child.ts';
import type { Decoder } from './decoder.ts';
import { decoders } from './index.ts';
import { PATIENCE_MS } from './limits.ts';
import { openExamples, stringOf } from './tryDecoder.ts';

const DEFAULT_RUNS = 100_000;
const SHOWN_BYTES = 300;
const rawImports = path.join(import.meta.dirname, '../../../tools/rawImports.mjs');
const MAX_OLD_MEGABYTES = 1_024;

interface Parcel {
  readonly decoder: Decoder;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

interface Outcome {
  readonly told: readonly Told[];
  /** Of the last run that began. */
  readonly last: number;
  /** How the process ended that told of no end. */
  readonly ended: string | undefined;
  /** Whether it was ended because it took too long. */
  readonly isStuck: boolean;
}

function tryInChild({ decoder, seed, first, count }: Parcel, folder: string): Promise<Outcome> {
  const file = path.join(folder, 'present');
  const read = (): number => {
    try {
      return Number(new DataView(new Uint8Array(readFileSync(file)).buffer).getBigUint64(0, true));
    } catch {
      return -1; // it has not begun
    }
  };
  rmSync(file, { force: true });
  const child = fork(path.join(import.meta.dirname, 'child.ts'), [decoder.name, seed, first, count, file].map(String), {
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      '--expose-gc',
      '--max-semi-space-size=4',
      `--max-old-space-size=${MAX_OLD_MEGABYTES}`,
      '--import',
      rawImports,
    ],
  });
  return new Promise((resolve) => {
    const told: Told[] = [];
    let [last, since, ended] = [read(), Date.now(), undefined as string | undefined];
    const watch = setInterval(() => {
      const now = read();
      if (now !== last) [last, since] = [now, Date.now()];
      else if (Date.now() - since > PATIENCE_MS * (now === -1 ? 4 : 1)) {
        ended = `has not ended after ${PATIENCE_MS / 1000} s`;
        child.kill('SIGKILL');
      }
    }, 500);
    child.on('message', (message) => void told.push(message as Told));
    child.on('close', (code, signal) => {
      clearInterval(watch);
      const isEnd = told.some(({ kind }) => kind === 'end' || kind === 'memory');
      // A promise that nothing will ever settle ends a process by itself.
      const how = ended ?? `ended its process (${signal ?? code})`;
      resolve({ told, last: read(), ended: isEnd ? undefined : how, isStuck: !isEnd && ended !== undefined });
    });
  });
}

async function shown({ decoder, seed, first: run }: Omit<Parcel, 'count'>): Promise<string> {
  const bytes = await stringOf(decoder, await openExamples(decoder), seed, run);
  const text = Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('base64');
  const again = `npm run faults -- decoders/${decoder.name} --seed ${seed} --first ${run} --runs 1`;
  return `${bytes.byteLength} bytes, base64 ${text}${bytes.byteLength > SHOWN_BYTES ? '…' : ''}\n       ${again}`;
}

async function tryDecoder(
  parcel: Parcel,
  folder: string,
  print: SuiteOptions['print'],
): Promise<{ runs: number; growth: number; faults: string[] }> {
  const { decoder, seed } = parcel;
  const faults: string[] = [];
  const add = async (run: number, what: string): Promise<void> => {
    const fault = `${decoder.name}, run ${run}: ${what}\n       ${await shown({ decoder, seed, first: run })}`;
    faults.push(fault);
    print(`FAULT  ${fault}`);
  };
  const tryAlone = (run: number): Promise<Outcome> => tryInChild({ decoder, seed, first: run, count: 1 }, folder);
  const end = parcel.first + parcel.count;
  let [first, growth] = [parcel.first, 0];
  while (first < end && faults.length < 8) {
    const { told, last, ended, isStuck } = await tryInChild({ decoder, seed, first, count: end - first }, folder);
    let next = end;
    for (const each of told) {
      if (each.kind === 'fault') await add(each.run, each.text);
      else if (each.kind === 'end') growth = Math.max(growth, each.growth);
      else {
        next = each.run + 1;
        // What earlier runs left may count with it: it is judged alone.
        const own = (await tryAlone(each.run)).told.find(({ kind }) => kind === 'memory');
        if (own?.kind === 'memory') await add(own.run, `takes ${own.growth >> 20} MiB for ${own.bytes} bytes`);
      }
    }
    if (ended !== undefined) {
      next = last < first ? end : last + 1;
      // On a busy machine a sound one may seem stuck: it is judged alone.
      const verdict = isStuck && last >= first ? (await tryAlone(last)).ended : ended;
      if (verdict !== undefined) await add(last, verdict);
    }
    first = next;
  }
  return { runs: first - parcel.first, growth, faults };
}

async function run({ parts, runs = DEFAULT_RUNS, seed, first, print }: SuiteOptions) {
  const chosen = decoders.filter(({ name }) => parts.some((part) => name.startsWith(part)));
  const shares = chosen.reduce((sum, { share = 1 }) => sum + share, 0);
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-faults-'));
  const faults: string[] = [];
  let total = 0;
  try {
    for (const decoder of chosen) {
      const count = Math.ceil((runs * (decoder.share ?? 1)) / shares);
      const begin = Date.now();
      const result = await tryDecoder({ decoder, seed, first, count }, folder, print);
      total += result.runs;
      faults.push(...result.faults);
      const seconds = ((Date.now() - begin) / 1000).toFixed(1);
      print(
        `${result.faults.length === 0 ? 'pass' : 'FAIL'}  ${decoder.name.padEnd(26)} ${String(result.runs).padStart(8)} strings` +
          `  +${String(result.growth >> 20).padStart(3)} MiB  ${seconds.padStart(6)} s`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { runs: total, faults };
}

export const decoderSuite: Suite = {
  name: 'decoders',
  says: 'Every reader of bytes that peers, files and receipts bring: a value or a typed error, an end, bounded memory.',
  run,
};
