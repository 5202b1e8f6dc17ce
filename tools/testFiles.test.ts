import { expect, test } from 'vitest';
import { chooseTests, findTestFiles, RUNNERS } from './testFiles.ts';

const runnersOf = (part: string): string[] => RUNNERS.filter((runner) => findTestFiles(runner, part).length > 0);

test('the name of a file says its runner', () => {
  expect(runnersOf('tools/testFiles.test.ts')).toEqual(['node']);
  expect(runnersOf('./src/app/ui/ErrorCard.browser.test.tsx')).toEqual(['browser']);
  expect(runnersOf('test/e2e/loop.e2e.ts')).toEqual(['e2e']);
  expect(runnersOf('Registries.t.sol')).toEqual(['contracts']);
  expect(runnersOf('src\\lib\\rpc')).toEqual(['node']);
});

test('part of a name finds every file that has it', () => {
  expect(findTestFiles('node', 'kernels/linear/')).toEqual([
    'src/engine/kernels/linear/linear.test.ts',
    'src/engine/kernels/linear/weightParts.test.ts',
  ]);
  expect(runnersOf('no such test')).toEqual([]);
});

test('no file is a test of two runners, and every runner has files', () => {
  const all = RUNNERS.map((runner) => findTestFiles(runner, ''));
  for (const files of all) expect(files.length).toBeGreaterThan(0);
  expect(new Set(all.flat()).size).toBe(all.flat().length);
});

test('nothing named is everything, a runner is all its files, options go to the runners', () => {
  expect([...chooseTests([]).chosen]).toEqual(RUNNERS.map((runner) => [runner, []]));
  expect([...chooseTests(['node', 'testFiles']).chosen]).toEqual([['node', []]]);
  const linear = chooseTests(['kernels/linear/linear', '-t', 'q4_0']);
  expect([...linear.chosen]).toEqual([['node', ['src/engine/kernels/linear/linear.test.ts']]]);
  expect(linear.options).toEqual(['-t', 'q4_0']);
});

test('a name that nothing has is unknown, whatever else is named', () => {
  expect(chooseTests(['node', 'no such test']).unknown).toEqual(['no such test']);
  expect(chooseTests(['nodes/relay']).unknown).toEqual([]);
});
