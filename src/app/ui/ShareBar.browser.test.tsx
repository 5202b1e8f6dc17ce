import fc from 'fast-check';
import { render } from 'solid-js/web';
import { expect, test } from 'vitest';
import { formatOpen, formatPpm } from '../i18n/format.ts';
import { completeShares, ShareBar } from './ShareBar.tsx';

test('slices add to the whole, biggest first, small ones gathered, the rest unattributed', () => {
  const slices = completeShares(
    [
      { label: 'a', ppm: 100_000 },
      { label: 'b', ppm: 300_000 },
      { label: 'c', ppm: 50_000 },
      { label: 'd', ppm: 40_000 },
    ],
    3,
  );
  expect(slices.map(({ label, ppm }) => [label, ppm])).toEqual([
    ['b', 300_000],
    ['a', 100_000],
    ['2 more', 90_000],
    ['Unattributed', 510_000],
  ]);
});

test('any shares within the whole add to exactly 1,000,000', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 10 }),
      fc.integer({ min: 1, max: 8 }),
      (parts, limit) => {
        const slices = completeShares(
          parts.map((ppm, index) => ({ label: String(index), ppm })),
          limit,
        );
        expect(slices.reduce((total, slice) => total + slice.ppm, 0)).toBe(1_000_000);
        expect(slices.filter((slice) => slice.unattributed !== true).length).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

test('the bar says in words what it draws, and draws every slice', () => {
  const root = document.createElement('div');
  document.body.append(root);
  const dispose = render(() => <ShareBar label="Shares" shares={[{ label: 'Ann', ppm: 250_000 }]} />, root);
  const bar = root.querySelector('[role=img]');
  expect(bar?.getAttribute('aria-label')).toBe('Shares: Ann 25 %, Unattributed 75 %');
  expect([...(bar?.children ?? [])].map((slice) => (slice as HTMLElement).style.width)).toEqual(['25%', '75%']);
  expect(root.querySelector('ul')?.textContent).toBe('Ann25 %Unattributed75 %');
  dispose();
  root.remove();
});

test('percentages never claim nothing for something, nor all for less; amounts are cut, never rounded up', () => {
  expect([0, 1, 999, 1000, 250_000, 999_999, 1_000_000].map(formatPpm)).toEqual([
    '0 %',
    '< 0.1 %',
    '< 0.1 %',
    '0.1 %',
    '25 %',
    '> 99.9 %',
    '100 %',
  ]);
  expect(
    [0n, 1n, 1_999_999_999_999_999_999n, 1234n * 10n ** 18n, -(15n * 10n ** 17n)].map((wei) => formatOpen(wei)),
  ).toEqual(['0 OPEN', '< 0.000001 OPEN', '1.999999 OPEN', '1,234 OPEN', '-1.5 OPEN']);
});
