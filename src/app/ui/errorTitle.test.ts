import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { t } from '../i18n/t.ts';
import { errorTitle } from './errorTitle.ts';

const root = path.join(import.meta.dirname, '../../..');
const codes = new Set(
  globSync('src/**/*.{ts,tsx}', { cwd: root })
    .filter((file) => !/\.test\.|\/testing\//.test(file))
    .flatMap((file) => {
      const source = readFileSync(path.join(root, file), 'utf8');
      // A code stands beside its message: findings and row problems have codes too, but are no errors.
      return [...source.matchAll(/new TributaryError\(\{\s*code: '([A-Z0-9_]+)'/g)].map((match) => match[1] as string);
    }),
);

test('every error code of the source has a title', () => {
  expect(codes.size).toBeGreaterThan(80);
  expect([...codes].filter((code) => errorTitle(code) === t('errors.title'))).toEqual([]);
});

test('a code takes its own title, then its family’s, then the general one', () => {
  expect(errorTitle('STORE_QUOTA_EXCEEDED')).toBe('This browser is full');
  expect(errorTitle('SAFETENSORS_HEADER_TOO_LONG')).toBe('The weights file cannot be read');
  expect(errorTitle('NOBODY_KNOWS')).toBe('Something went wrong');
});
