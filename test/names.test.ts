// One style of names, so that the form of a name tells constants and bounds apart from variables:
// module-level constants of a single number or string are SCREAMING_SNAKE_CASE, and bounds are called max and min.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.dirname(import.meta.dirname);

interface Source {
  readonly file: string;
  readonly text: string;
}

const literal = /(?:-?\d[\d_.]*(?:e-?\d+)?n?|'[^']*'|`[^`$]*`)/.source;
const constantOf = new RegExp(
  String.raw`^(?:export )?const ([a-z]\w*)(?:: \w+)? =\s+${literal}(?: (?:\*\*|[-*+/]) ${literal})*;`,
  'gm',
);

/** Module-level constants of a single number or string that are written like variables. */
function wrongConstants(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, text }) => [...text.matchAll(constantOf)].map(([, name]) => `${file}: ${name}`));
}

/** Names of the platform (`Intl`), of the contracts, and of fields in stored receipts and indexes. */
const given = new Set([
  'maximumFractionDigits',
  'minimumFractionDigits',
  'maximumSignificantDigits',
  'minimumStake',
  'minimumBond',
  'minimumDelay',
  'minimumSpanBits',
  'minimumSpanTokens',
]);
const boundOf =
  /\b(?:most|least|longest|shortest|maximum|minimum)[A-Z]\w*|\b(?:MOST|LEAST|LONGEST|SHORTEST|MAXIMUM|MINIMUM)_\w+/g;

/** Bounds named by a word other than max or min. */
function wrongBounds(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, text }) =>
    [...new Set(text.match(boundOf) ?? [])].filter((name) => !given.has(name)).map((name) => `${file}: ${name}`),
  );
}

const sources = globSync('{src,workers,nodes,tools,bench}/**/*.{ts,tsx}', { cwd: root })
  .filter((file) => !/\.test\.tsx?$|\/testing\/|\/abi\//.test(file))
  .map((file): Source => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

test('the rules find what they are for', () => {
  const planted = (text: string): Source[] => [{ file: 'planted.ts', text }];
  expect(wrongConstants(planted('export const retryInterval = 15_000;\n'))).toEqual(['planted.ts: retryInterval']);
  expect(wrongConstants(planted("const samplePrefix = 'sample:';\n"))).toEqual(['planted.ts: samplePrefix']);
  expect(wrongConstants(planted('const day = 24 * 3600;\n'))).toEqual(['planted.ts: day']);
  expect(wrongConstants(planted('const DAY = 24 * 3600;\nconst made = make(3);\n  const local = 3;\n'))).toEqual([]);
  expect(wrongBounds(planted('const longestRow = rows.length; MOST_FILES; atMost; mostly;'))).toEqual([
    'planted.ts: longestRow',
    'planted.ts: MOST_FILES',
  ]);
  expect(sources.length).toBeGreaterThan(500);
});

test('constants of one number or text are SCREAMING_SNAKE_CASE', () => {
  expect(wrongConstants(sources)).toEqual([]);
});

test('bounds are called max and min', () => {
  expect(wrongBounds(sources)).toEqual([]);
});
