// What is written in a locale is read back in it, exactly; what belongs to another locale is refused, never read as another
// number.
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { setLocale } from './dictionary.ts';
import {
  formatAmount,
  formatBytes,
  formatDuration,
  formatInput,
  formatNumber,
  formatOpen,
  formatPpm,
  formatSignificant,
} from './format.ts';
import { parseNumber, parseOpen } from './parse.ts';

afterEach(() => setLocale('en'));

const locales = [
  ...['en', 'en-GB', 'en-IN', 'en-ZA', 'de-DE', 'de-AT', 'de-CH', 'de-LI', 'fr-FR', 'fr-CA', 'fr-CH', 'it-IT', 'it-CH'],
  ...['es-ES', 'es-MX', 'pt-BR', 'pt-PT', 'nl-NL', 'pl-PL', 'sv-SE', 'nb-NO', 'fi-FI', 'da-DK', 'cs-CZ', 'hu-HU'],
  ...['ru-RU', 'uk-UA', 'tr-TR', 'el-GR', 'he-IL', 'ar-EG', 'ar-AE', 'fa-IR', 'hi-IN', 'bn-BD', 'mr-IN', 'ne-NP'],
  ...['th-TH', 'ja-JP', 'zh-CN', 'ko-KR', 'vi-VN', 'id-ID', 'my-MM', 'sl-SI', 'et-EE', 'bg-BG', 'ta-IN', 'en-XA'],
];

const wei = fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n });

test.each(locales)('amounts and numbers round trip in %s', (tag) => {
  setLocale(tag);
  fc.assert(
    fc.property(wei, (amount) => {
      expect(parseOpen(formatAmount(amount))).toEqual({ value: amount });
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e21, max: 1e21 }), (number) => {
      // A field shows 100 decimals.
      fc.pre(number === 0 || Math.abs(number) > 1e-80);
      expect(parseNumber(formatInput(number))).toEqual({ value: number === 0 ? expect.closeTo(0) : number });
    }),
    { numRuns: 200 },
  );
});

test('a text is read as one number or refused, whatever is typed', () => {
  const typed = fc.string({ unit: fc.constantFrom(..."0123456789.,’ '-٫٬xe"), maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...locales), typed, (tag, text) => {
      setLocale(tag);
      const parsed = parseOpen(text);
      if ('problem' in parsed) return;
      // Written again it is the same amount: nothing was dropped on the way.
      expect(parseOpen(formatAmount(parsed.value))).toEqual(parsed);
      const digits = (written: string): string => written.replace(/\D/g, '').replace(/^0+|0+$/g, '');
      expect(digits(parsed.value.toString())).toBe(digits(text));
    }),
    { numRuns: 3000 },
  );
});

const open = 10n ** 18n;
test.each([
  ['de-DE', '1,5', (3n * open) / 2n],
  ['de-DE', '1.500,25', (150025n * open) / 100n],
  ['de-DE', '1500,25', (150025n * open) / 100n],
  ['de-DE', '1.500', 1500n * open],
  ['de-CH', '1’500.25', (150025n * open) / 100n],
  ['de-CH', "1'500.25", (150025n * open) / 100n],
  ['fr-FR', '1 500,25', (150025n * open) / 100n],
  ['fr-FR', '1\u202f500,25', (150025n * open) / 100n],
  ['en-IN', '1,50,000.5', (3000010n * open) / 20n],
  ['en-IN', '150,000', 150000n * open],
  ['ar-EG', '١٫٥', (3n * open) / 2n],
  ['en', ' 1,234.5 ', (2469n * open) / 2n],
  ['en', '.5', open / 2n],
  ['en', '-2', -2n * open],
  ['sv-SE', '−2', -2n * open],
  ['en', '0.000000000000000001', 1n],
])('in %s "%s" is an exact amount', (tag, text, amount) => {
  setLocale(tag);
  expect(parseOpen(text)).toEqual({ value: amount });
});

test.each([
  ['de-DE', '1.5', 'grouping'],
  ['de-DE', '1,500.25', 'grouping'],
  ['de-DE', '12.34', 'grouping'],
  ['en', '1,5', 'grouping'],
  ['en', '1.500,25', 'grouping'],
  ['en', '0,500', 'grouping'],
  ['en', '1,23,456', 'grouping'],
  ['en', '1 5', 'grouping'],
  ['en', '1,,000', 'grouping'],
  ['en', '1e3', 'notNumber'],
  ['en', '0x10', 'notNumber'],
  ['en', 'Infinity', 'notNumber'],
  ['en', '--1', 'notNumber'],
  ['en', '-', 'notNumber'],
  ['en', '.', 'notNumber'],
  ['en', '  ', 'empty'],
  ['en', '0.0000000000000000001', 'decimals'],
])('in %s "%s" is refused: %s', (tag, text, problem) => {
  setLocale(tag);
  expect(parseOpen(text)).toEqual({ problem });
});

test.each([
  [999.7, '1 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 0 s'],
  [119_700, '2 min 0 s'],
  [3_599_600, '1 h 0 min'],
])('%d ms is %s: no unit is full', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test('a size just below a unit is one of it', () => {
  expect([999.6, 999_499, 999_600].map(formatBytes)).toEqual(['1 kB', '999 kB', '1 MB']);
});

test('what is shown follows the locale', () => {
  setLocale('de-DE');
  expect([
    formatNumber(1234.5),
    formatNumber(1.25),
    formatBytes(1.5e6),
    formatPpm(123_456),
    formatPpm(1),
    formatDuration(1500),
    formatOpen((3n * open) / 2n),
    formatOpen(1n),
    formatOpen(-1234n * open),
  ]).toEqual(['1.235', '1,3', '1,5 MB', '12,3 %', '< 0,1 %', '1,5 s', '1,5 OPEN', '< 0,000001 OPEN', '-1.234 OPEN']);
});

test('a small number keeps three digits and is never shown as zero', () => {
  expect([0.000123456, 0.5, 72.14, 0].map(formatSignificant)).toEqual(['0.000123', '0.5', '72.1', '0']);
});
