import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import { slowTests } from './slowTestsFirst.ts';

it('each slow test is the name of a file', () => {
  const files = globSync('{src,workers,nodes,test,tools}/**/*.test.ts{,x}').map((file) => file.replaceAll('\\', '/'));
  expect(slowTests.filter((name) => !files.some((file) => file.endsWith(name)))).toEqual([]);
});
