import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import { formatOpen } from './format.ts';

/** Wei that a text promises. */
function weiOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace(' OPEN', '').replaceAll(',', '').split('.');
  return BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, '0'));
}

test('a price that is promised is never below the charge, and less than one last digit above it', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 24n }),
      fc.integer({ min: 1, max: 4_096 }),
      fc.integer({ min: 1, max: 18 }),
      (price, tokens, digits) => {
        const charge = answerPrice({ price, tokens });
        const promised = weiOf(formatOpen(charge, digits, 'up'));
        expect(promised).toBeGreaterThanOrEqual(charge);
        expect(promised - charge).toBeLessThan(10n ** BigInt(18 - digits));
      },
    ),
  );
});

test('rounds up across digits and leaves whole amounts alone', () => {
  expect(formatOpen(1n, 4, 'up')).toBe('0.0001 OPEN');
  expect(formatOpen(999_999_999_999_999_999n, 4, 'up')).toBe('1 OPEN');
  expect(formatOpen(256_000_000_000_000_000n, 4, 'up')).toBe('0.256 OPEN');
  expect(formatOpen(0n, 4, 'up')).toBe('0 OPEN');
  expect(formatOpen(1n, 18, 'up')).toBe('0.000000000000000001 OPEN');
});
