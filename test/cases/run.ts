// `npm run cases -- <folder>`: every case below a folder, one line a try; exit code 1 on any failure, or if there was none.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { caseFolders, readTries } from './caseFile.ts';
import { runTry } from './runTry.ts';

const [argument = import.meta.dirname] = process.argv.slice(2);
if (!existsSync(argument) || !statSync(argument).isDirectory()) {
  console.error(`Usage: npm run cases -- <folder of cases>; there is no folder ${argument}`);
  process.exit(2);
}

const root = path.resolve(argument);
const counts = { passed: 0, failed: 0 };
const end = (name: string, faults: readonly string[]): void => {
  counts[faults.length === 0 ? 'passed' : 'failed'] += 1;
  console.log(`${faults.length === 0 ? 'pass' : 'FAIL'}  ${name}`);
  for (const fault of faults) console.log(`      ${fault}`);
};

for (const folder of caseFolders(root)) {
  try {
    for (const one of readTries(folder, root)) end(one.name, await runTry(one));
  } catch (error) {
    end(path.relative(root, folder) || folder, [String(error)]);
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (counts.passed + counts.failed === 0) console.error('No case.json is in this folder or below it.');
process.exit(counts.passed === 0 || counts.failed > 0 ? 1 : 0);
