import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerPrice } from './answerPrice.ts';

test('an answer costs its part of the price of 1,000 tokens, rounded up to the next wei', () => {
  expect(answerPrice({ price: 1_000n, tokens: 7 })).toBe(7n);
  expect(answerPrice({ price: 1n, tokens: 1 })).toBe(1n);
  expect(answerPrice({ price: 1_001n, tokens: 1_000 })).toBe(1_001n);
  expect(answerPrice({ price: 10n ** 18n, tokens: 0 })).toBe(0n);
  const price = fc.bigInt({ min: 0n, max: 10n ** 24n });
  fc.assert(
    fc.property(price, fc.integer({ min: 0, max: 100_000 }), (asked, tokens) => {
      const charge = answerPrice({ price: asked, tokens });
      const owed = asked * BigInt(tokens);
      expect(1_000n * charge >= owed && 1_000n * charge < owed + 1_000n).toBe(true);
    }),
  );
});

test('parts of an answer never cost less than the whole', () => {
  const tokens = fc.integer({ min: 0, max: 5_000 });
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 24n }), tokens, tokens, (price, first, second) => {
      const whole = answerPrice({ price, tokens: first + second });
      expect(answerPrice({ price, tokens: first }) + answerPrice({ price, tokens: second })).toBeGreaterThanOrEqual(
        whole,
      );
    }),
  );
});
