// Any action file can be predicted from another: one verb, and the same four exports in the same order.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const verbs = readdirSync(import.meta.dirname)
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => path.basename(file, '.ts'));

test.each(verbs)('%s exports its parameters, result, errors and function', (verb) => {
  const source = readFileSync(path.join(import.meta.dirname, `${verb}.ts`), 'utf8');
  const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
  const exported = [...source.matchAll(/^export (?:async function|function|interface|type) (\w+)/gm)].map(
    ([, name]) => name,
  );
  const expected = [`${type}Parameters`, `${type}ReturnType`, `${type}ErrorType`, verb];
  expect(exported.filter((name) => name !== undefined && expected.includes(name))).toEqual(expected);
  expect(exported.at(-1)).toBe(verb);
  expect(source).toMatch(/^\/\/ [A-Z]/);
});
