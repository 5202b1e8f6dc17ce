// `npm run conformance -- <folder> [--backend dawn|chromium|wasm|reference] [--whole]`: measures this build against golden data
// of any seed and shape: a whole tree or one folder of it. One line per case; exit code 1 on any failure, or if nothing was
// compared. `--whole` includes everything that takes long on a software device.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Backend } from '../../src/engine/backend.ts';
import { toTributaryError } from '../../src/lib/errors.ts';
import type { CaseOptions, CasesOfFolder, ConformanceCase, Measured, Unsupported } from './conformanceCase.ts';
import { backendNames, openBackend } from './openBackend.ts';

const moduleNames = [
  'hostile',
  'quant',
  'models',
  'gguf',
  'adapters',
  'tokenizers',
  'sampling',
  'real',
  'training',
  'attribution',
];

async function loadModules(): Promise<CasesOfFolder[]> {
  const modules: CasesOfFolder[] = [];
  for (const name of moduleNames) {
    const module = (await import(path.join(import.meta.dirname, `${name}.ts`))) as { readonly cases: CasesOfFolder };
    modules.push(module.cases);
  }
  return modules;
}

/** `folder` and every folder below it, except those that hold programs (the generator of the data). */
function* foldersBelow(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1));
  if (entries.some((entry) => entry.name.endsWith('.py'))) return;
  yield folder;
  for (const entry of entries) if (entry.isDirectory()) yield* foldersBelow(path.join(folder, entry.name));
}

const dataFile = /\.(json|safetensors|gguf)$/;
const holdsData = (folder: string): boolean => readdirSync(folder).some((name) => dataFile.test(name));

const summary = { cases: 0, pass: 0, fail: 0, unsupported: 0 };

function report(name: string, outcome: Measured | Unsupported): void {
  if ('unsupported' in outcome) {
    summary.unsupported += 1;
    console.log(`unsupported  ${name}: ${outcome.unsupported}`);
    return;
  }
  // NaN fails, because no comparison with it is true.
  const passed = outcome.error <= outcome.tolerance;
  summary[passed ? 'pass' : 'fail'] += 1;
  const note = outcome.note === undefined ? '' : ` (${outcome.note})`;
  console.log(
    `${passed ? 'pass' : 'FAIL'}  ${name}: error ${outcome.error.toPrecision(3)}, tolerance ${outcome.tolerance}${note}`,
  );
}

function fail(name: string, error: unknown): void {
  summary.fail += 1;
  const { code, message, facts } = toTributaryError(error);
  console.log(`FAIL  ${name}: ${code} ${message} ${JSON.stringify(facts)}`);
}

async function runCase(folderName: string, conformanceCase: ConformanceCase): Promise<void> {
  const name = `${folderName} ${conformanceCase.name}`;
  summary.cases += 1;
  try {
    report(name, await conformanceCase.run());
  } catch (error) {
    fail(name, error);
  }
}

async function runFolders(root: string, backend: Backend, options: CaseOptions): Promise<void> {
  const modules = await loadModules();
  // Folders inside a claimed one (its base model, its adapter) are that case's inputs.
  const claimed: string[] = [];
  for (const folder of foldersBelow(root)) {
    const folderName = path.relative(path.dirname(root), folder);
    let count = 0;
    for (const cases of modules) {
      try {
        for await (const conformanceCase of cases(folder, backend, options)) {
          count += 1;
          await runCase(folderName, conformanceCase);
        }
      } catch (error) {
        count += 1;
        summary.cases += 1;
        fail(`${folderName} (its cases cannot be listed)`, error);
      }
    }
    if (count > 0) claimed.push(folder);
    else if (holdsData(folder) && !claimed.some((parent) => folder.startsWith(parent + path.sep))) {
      report(folderName, { unsupported: 'no module of this runner reads such a folder' });
    }
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: 'string', default: 'dawn' }, whole: { type: 'boolean', default: false } },
});
const [argument] = positionals;
if (argument === undefined || !existsSync(argument) || !statSync(argument).isDirectory()) {
  console.error(
    `Usage: npm run conformance -- <folder of golden data> [--backend ${backendNames.join('|')}] [--whole]`,
  );
  process.exit(2);
}
const { backend, close } = await openBackend(values.backend);
console.log(`Backend: ${backend.description}`);
await runFolders(path.resolve(argument), backend, { whole: values.whole });
for (const { operator, shape, variant, reason } of backend.variants?.report().refused ?? [])
  console.log(`refused  ${operator}, ${shape}, ${variant}: ${reason}`);
await close();
console.log(`${summary.pass} passed, ${summary.fail} failed, ${summary.unsupported} unsupported`);
if (summary.cases === 0) console.error('No case was found in this folder.');
process.exit(summary.fail > 0 || summary.cases === 0 ? 1 : 0);
