import { expect, test } from 'vitest';
import { applyMutant, listMutants } from './listMutants.ts';

const mutated = (source: string): string[] => listMutants('a.ts', source).map((mutant) => applyMutant(source, mutant));

test.each([
  ['f(a < b);', ['f(a <= b);', 'f(a >= b);', ';']],
  ['const a: number = b ?? c;', ['const a: number = b;']],
  ['const a = b && !c;', ['const a = b || !c;', 'const a = b && c;']],
  ['const a = b ? 1 : 2;', ['const a = (1);', 'const a = (2);', 'const a = b ? 2 : 2;', 'const a = b ? 1 : 3;']],
  ['const a = 10n ** 18n;', ['const a = 11n ** 18n;', 'const a = 10n ** 19n;']],
  ['const a = await b();', ['const a = b();']],
  ['const a = b.filter(c);', ['const a = b;']],
  ['const a = b.toString() + c.constructor();', ['const a = b.toString() - c.constructor();']],
  ['const a = Math.min(b, c);', ['const a = Math.max(b, c);']],
  ['if (a) b += c;', ['if (true) b += c;', 'if (false) b += c;', 'if (a) ;']],
  ['for (;;) a++;', ['for (;;) ;', 'for (;;) a--;']],
  ['function a() { return b; }', ['function a() { return undefined as never; }']],
  ['function a() { return undefined; }', []],
  ['const a = (b as readonly number[]).every(c);', ['const a = (b as readonly number[]).some(c);']],
])('%s', (source, expected) => {
  expect(mutated(source).sort()).toEqual([...expected].sort());
});

test('types, imports and what is said to people are left alone', () => {
  expect(mutated("import a from './a1.ts';\ninterface B { c: 1 | 2 }\nexport type { B };")).toEqual([]);
  expect(mutated("const e = { code: 'A', message: d ? 'x' : 'y', hint: words(1 + 2) };")).toEqual([]);
  expect(mutated("const a = 'b' + c;")).toEqual([]);
});

test('a fault names its line', () => {
  expect(listMutants('a.ts', 'const a = b;\n\nconst c = !a;')).toMatchObject([{ line: 3, fault: 'negation dropped' }]);
});
