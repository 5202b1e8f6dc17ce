// A chain that breaks while people pay and a keeper settles, over a real local chain.

import { rpcProvider } from '../../../tools/devnet.ts';
import { localChain } from '../../settlement/localChain.ts';
import { randomOf } from '../decoders/random.ts';
import type { Suite, SuiteOptions } from '../suite.ts';
import { type FaultName, faults } from './faults.ts';
import { faultyServer } from './faultyServer.ts';
import { type Bench, walk } from './walk.ts';

const DEFAULT_RUNS = 120;

export const parts = Object.keys(faults) as readonly FaultName[];

const word = (digit: string): `0x${string}` => `0x${digit.repeat(64)}`;
const sample = {
  datanets: [{ slug: 'datanet', metadataDigest: word('3'), contributions: [] }],
  models: [
    {
      slug: 'model',
      datanets: ['datanet'],
      baseModelDigest: word('1'),
      specificationDigest: word('2'),
      ownerBps: 2_000,
      price: 10n ** 18n,
      versions: [],
    },
  ],
};

/** Two chains and the server before them. */
export async function openBench(): Promise<Bench & { close(): Promise<void> }> {
  const chain = await localChain(sample);
  // Its first block has another second than that of the first.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const anew = await localChain(sample);
  const server = await faultyServer(chain.deployment.rpcUrl);
  return {
    chain,
    anew,
    server,
    async close() {
      await server.close();
      await Promise.all([chain.destroy(), anew.destroy()]);
    },
  };
}

/** One walk from the bench's beginning, to which it is brought back. What went wrong; undefined if nothing did. */
export async function faultOf(bench: Bench, part: FaultName, seed: number, run: number): Promise<string | undefined> {
  const { request } = rpcProvider(bench.chain.deployment.rpcUrl);
  const beginning = await request({ method: 'evm_snapshot', params: [] });
  const steps: string[] = [];
  try {
    await walk(bench, part, randomOf(seed, parts.indexOf(part), run), (step) => void steps.push(step));
    return undefined;
  } catch (error) {
    return `${(error as Error).message} [${steps.join(', ')}]`;
  } finally {
    bench.server.judge = () => 'pass';
    bench.server.upstream = bench.chain.deployment.rpcUrl;
    await request({ method: 'anvil_dropAllTransactions', params: [] });
    await request({ method: 'evm_setAutomine', params: [true] });
    await request({ method: 'evm_revert', params: [beginning] });
  }
}

async function run({ parts: names, runs = DEFAULT_RUNS, seed, first, print }: SuiteOptions) {
  const chosen = parts.filter((part) => names.some((name) => part.startsWith(name)));
  const found: string[] = [];
  let total = 0;
  const bench = await openBench();
  try {
    for (const part of chosen) {
      const begin = Date.now();
      const before = found.length;
      const count = Math.ceil(runs / chosen.length);
      for (let index = first; index < first + count; index += 1) {
        const fault = await faultOf(bench, part, seed, index);
        total += 1;
        const again = `npm run faults -- chain/${part} --seed ${seed} --first ${index} --runs 1`;
        if (fault === undefined) continue;
        const told = `chain/${part}, run ${index}: ${fault}\n       ${again}`;
        found.push(told);
        print(`FAULT  ${told}`);
      }
      const seconds = ((Date.now() - begin) / 1000).toFixed(1);
      print(
        `${found.length === before ? 'pass' : 'FAIL'}  ${part.padEnd(26)} ${String(count).padStart(8)} walks  ${seconds.padStart(6)} s`,
      );
    }
  } finally {
    await bench.close();
  }
  return { runs: total, faults: found };
}

export const chainSuite: Suite = {
  name: 'chain',
  says: 'A chain that is reset, stops, mines late, drops and replaces transactions, and a keeper that is killed: nobody is charged twice.',
  run,
};
