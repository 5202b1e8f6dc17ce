import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { caseFolders, readTries } from './caseFile.ts';
import { differences } from './differences.ts';
import { PATIENCE_MS, runTry } from './runTry.ts';

const root = import.meta.dirname;
/** Those of `data/` run beside their code: src/datanet/cases.test.ts. */
const folders = caseFolders(root).filter((folder) => !folder.startsWith(path.join(root, 'data', path.sep)));

describe.each(folders.map((folder) => readTries(folder, root)))('case', (...tries) => {
  // A chain on a busy machine takes its time; what is stuck is said by its call.
  test.each(tries)('$name', { timeout: 2 * PATIENCE_MS }, async (one) => {
    expect(await runTry(one)).toEqual([]);
  });
});

describe('differences', () => {
  test.each([
    ['equal values', { a: [1, 'x', null] }, { a: [1, 'x', null] }, 0],
    ['a field more', { a: 1, b: 2 }, { a: 1 }, 0],
    ['a field less', { b: 2 }, { a: 1 }, 1],
    ['an element more', [1, 2], [1], 1],
    ['an element less', [1], [1, 2], 1],
    ['another value in each of two places', { a: 1, b: [2] }, { a: 2, b: [3] }, 2],
    ['an array for an object', [], {}, 1],
    ['null for an object', null, {}, 1],
    ['one of several right answers', 'b', { $any: ['a', 'b'] }, 0],
    ['none of several right answers', 'c', { $any: ['a', 'b'] }, 1],
    ['a wrong answer', 'a', { $not: 'a' }, 1],
    ['another than the wrong answer', 'b', { $not: 'a' }, 0],
    ['a text that matches', 'row 12', { $match: '^row \\d+$' }, 0],
    ['a text that does not match', 'row', { $match: '^row \\d+$' }, 1],
    ['an element that is there', [{ a: 1, b: 2 }], { $contains: { a: 1 } }, 0],
    ['an element that is not there', [{ a: 2 }], { $contains: { a: 1 } }, 1],
    ['a part of a text', 'one two', { $contains: 'two' }, 0],
    ['the right length', [1, 2], { $length: 2 }, 0],
    ['another length', [1], { $length: 2 }, 1],
    ['a number above its bound', 3, { $atMost: 2 }, 1],
    ['a number below its bound', 1, { $atLeast: 2 }, 1],
    ['a number within its bounds', 2, { $atLeast: 2 }, 0],
    ['a number near enough', 1.01, { $near: [1, 0.02] }, 0],
    ['a number too far', 1.03, { $near: [1, 0.02] }, 1],
    ['not a number at all', 'x', { $near: [1, 0.02] }, 1],
    ['a field that must not be there', { a: 1 }, { a: { $absent: true } }, 1],
    ['a field that is rightly absent', {}, { a: { $absent: true } }, 0],
  ])('%s', (_, value, pattern, count) => {
    expect(differences(value, pattern)).toHaveLength(count);
  });

  test('a check that does not exist is no silent pass', () => {
    expect(() => differences(1, { $equals: 1 })).toThrow('No check is called $equals');
  });
});
