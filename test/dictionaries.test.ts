// What every language's dictionary must satisfy: each error code in the source has an entry, and each text uses only
// the parameters of its English version.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { english } from '../src/app/i18n/en/index.ts';
import { languages } from '../src/app/i18n/languages.ts';
import { pseudoText } from '../src/app/i18n/pseudo.ts';
import type { ErrorText } from '../src/app/i18n/text.ts';
import type { Area } from '../src/app/i18n/types.ts';
import { contractErrors } from '../src/settlement/contractErrors.ts';
import { assertedTexts } from '../tools/assertedTexts.ts';
import { type ErrorSite, errorSites } from '../tools/errorSites.ts';

type Texts = Record<string, string | Record<string, string>>;
const root = path.join(import.meta.dirname, '..');
const areas = Object.keys(english) as Area[];
const load = async (tag: string, area: Area): Promise<Texts> =>
  (await languages[tag]?.texts[area]()) as unknown as Texts;

const sites = errorSites();
const byCode = Map.groupBy(sites, ({ code }) => code);
const parametersOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)(?::\w+)?\}/g)].map(([, name]) => name ?? '');

test('every code of the source has a title, a sentence and a way on, and no other code has', async () => {
  const errors = (await english.errors()) as Record<string, ErrorText>;
  expect(byCode.size).toBeGreaterThan(200);
  expect([...byCode.keys()].filter((code) => errors[code] === undefined)).toEqual([]);
  expect(Object.keys(errors).filter((code) => !byCode.has(code))).toEqual([]);
  for (const [code, text] of Object.entries(errors)) {
    expect(
      [text.title, text.message, text.hint].map((part) => typeof part),
      code,
    ).toEqual(['string', 'string', 'string']);
    expect([text.title, text.message, text.hint], code).not.toContain('');
    expect(text.title, code).not.toMatch(/\.$/);
  }
});

test('every code is provoked by a test', () => {
  const tests = globSync('{src,test,workers,nodes}/**/*.{test.ts,test.tsx,e2e.ts}', { cwd: root })
    .concat(globSync('test/conformance/*.ts', { cwd: root }))
    .filter((file) => !file.endsWith('dictionaries.test.ts'))
    .flatMap((file) => assertedTexts(path.join(root, file)))
    .join('\n');
  // `contractErrors.test.ts` reverts with each error of the contracts.
  const ofContracts = new Set<string>(Object.values(contractErrors).map(([code]) => code));
  const provoked = (code: string): boolean => ofContracts.has(code) || new RegExp(`\\b${code}\\b`).test(tests);
  expect([...byCode.keys()].filter((code) => !provoked(code))).toEqual([]);
});

test('what a sentence names is a fact of every place that throws it', async () => {
  const errors = (await english.errors()) as Record<string, ErrorText>;
  const lacks = ({ facts }: ErrorSite, name: string): boolean => facts !== undefined && !facts.has(name);
  const missing = Object.entries(errors).flatMap(([code, { message, hint }]) =>
    parametersOf(`${message} ${hint}`).flatMap((name) =>
      (byCode.get(code) ?? []).filter((site) => lacks(site, name)).map(({ file, line }) => `${file}:${line} ${name}`),
    ),
  );
  expect(missing).toEqual([]);
});

test.each(Object.keys(languages))('%s has every text of English, with its parameters and plural forms', async (tag) => {
  const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
  for (const area of areas) {
    const [own, original] = await Promise.all([load(tag, area), load('en', area)]);
    expect(Object.keys(own).sort(), area).toEqual(Object.keys(original).sort());
    for (const [key, text] of Object.entries(original)) {
      const translated = own[key];
      expect(typeof translated, key).toBe(typeof text);
      if (typeof text === 'string') {
        expect(parametersOf(translated as string).sort(), key).toEqual(parametersOf(text).sort());
      } else if (area !== 'errors') {
        expect(Object.keys(translated as object), key).toEqual(expect.arrayContaining(categories));
      }
    }
  }
});

test('English labels are in sentence case and every brace encloses a name', async () => {
  for (const area of areas) {
    const texts = Object.entries(await load('en', area)).flatMap(([key, text]) =>
      (typeof text === 'string' ? [text] : Object.values(text)).map((words) => [key, words] as const),
    );
    expect(texts.length).toBeGreaterThan(20);
    for (const [key, text] of texts) {
      expect(text, key).not.toMatch(/^[a-z][^ ]* .*[A-Z][a-z]+ [A-Z][a-z]+ [A-Z]/);
      expect((text.match(/[{}]/g) ?? []).length, key).toBe(2 * parametersOf(text).length);
    }
  }
});

test('every text is shown somewhere, and only where its area is loaded', async () => {
  const areaOf = new Map<string, Area>();
  for (const area of areas.filter((name) => name !== 'errors'))
    for (const key of Object.keys(await load('en', area))) areaOf.set(key, area);
  const unused = new Set(areaOf.keys());
  for (const file of globSync('src/app/**/*.{ts,tsx}', { cwd: root, exclude: ['**/i18n/en/**', '**/*.test.*'] })) {
    const source = readFileSync(path.join(root, file), 'utf8');
    const room = file.split(path.sep)[2];
    for (const [, key = '', dynamic] of source.matchAll(/['`]([a-z]+\.[\w.]*)(\$\{)?/gi)) {
      const named = dynamic === undefined ? [key] : [...areaOf.keys()].filter((each) => each.startsWith(key));
      for (const each of named) {
        const area = areaOf.get(each);
        if (area !== undefined) expect(['frame', room], `${file}: ${each}`).toContain(area);
        unused.delete(each);
      }
    }
  }
  expect([...unused]).toEqual([]);
});

test('the pseudo-locale marks letters and leaves parameters', () => {
  expect(pseudoText('Delete {name}: 3 MB')).toBe('[Đéļéţé {name}: 3 ṀƁ]');
});
