// The long form of `imports.browser.test.ts`: the same file in its browser, with as many attempts as are asked for.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Suite } from '../suite.ts';

const root = path.join(import.meta.dirname, '../../..');
/** As `parts` of `tryImport.ts`, whose code is a browser's. */
const names = ['bytes', 'entries', 'records', 'manifest', 'keys'];
const DEFAULT_RUNS = 1_000;

interface Report {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly { readonly title: string; readonly failureMessages?: readonly string[] }[];
  }[];
}

export const importSuite: Suite = {
  name: 'imports',
  says: 'Damaged safety copies: a typed error and an untouched browser, or the whole copy.',
  async run({ parts, runs = DEFAULT_RUNS, seed, first, print }) {
    const chosen = names.filter((name) => parts.some((begin) => name.startsWith(begin)));
    if (chosen.length === 0) return { runs: 0, faults: [] };
    const each = Math.max(1, Math.ceil(runs / chosen.length));
    const folder = await mkdtemp(path.join(tmpdir(), 'tributary-imports-'));
    const report = path.join(folder, 'report.json');
    try {
      const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
      const child = spawn(
        process.execPath,
        [vitest, 'run', '--project', 'browser*', 'test/faults/imports', '--reporter', 'json', '--outputFile', report],
        {
          cwd: root,
          stdio: 'ignore',
          env: {
            ...process.env,
            VITE_FAULT_RUNS: String(each),
            VITE_FAULT_SEED: String(seed),
            VITE_FAULT_FIRST: String(first),
            VITE_FAULT_PARTS: chosen.join(),
          },
        },
      );
      await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve));
      const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
      const results = testResults.flatMap(({ assertionResults }) => assertionResults);
      const faults = results.flatMap(({ title, failureMessages = [] }) =>
        failureMessages.map((message) => `imports/${title}: ${message}`),
      );
      for (const fault of faults) print(`FAULT  ${fault}`);
      for (const { title, failureMessages = [] } of results)
        print(`  ${title}: ${each} attempts${failureMessages.length > 0 ? ', FAULT' : ''}`);
      // A browser that did not start says so for the file.
      if (results.length === 0) faults.push(testResults.map(({ message }) => message).join(' ') || 'nothing ran');
      return { runs: each * results.length, faults };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
