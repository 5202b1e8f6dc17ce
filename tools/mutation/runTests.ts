// Runs the named test files, of Node and of the browser, one after another in the order in which they are named, and stops at
// the first that fails. A program of its own, so that one that waits for ever can be ended; tools/mutate.ts starts it.
//
//   node tools/mutation/runTests.ts src/lib/rpc.test.ts
import path from 'node:path';
import { BaseSequencer, startVitest, type TestSpecification } from 'vitest/node';

const files = process.argv.slice(2);
const places = new Map(files.map((file, index) => [path.resolve(file).split(path.sep).join('/'), index]));

class AsNamed extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => places.get(moduleId) ?? files.length;
    return specifications.toSorted((one, other) => place(one) - place(other));
  }
}

const vitest = await startVitest('test', files, {
  watch: false,
  bail: 1,
  // Mutants are tried for hours, and others use this machine as well.
  maxWorkers: 1,
  project: ['node*', 'browser*'],
  sequence: { sequencer: AsNamed },
});
await vitest.close();
