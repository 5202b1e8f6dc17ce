import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import { countWords, evidenceShares, evidenceSummary, strengthOf } from './influence.ts';

const WHOLE = 1_000_000;

function influence(rows: readonly { account: string; ppm: number }[], unattributedPpm: number): StoredInfluence {
  return {
    attribution: {
      method: 'dual-ridge-int8-sketch',
      evaluation: null,
      chancePpm: 0,
      threshold: 1,
      placeboCount: 1,
      influentialCount: rows.length,
      rows: rows.map((row, index) => ({
        ...row,
        row: index,
        rowHash: '',
        contribution: '',
        position: index,
        prompt: '',
        response: '',
        influence: 2,
        influential: true,
        verbatimBits: 0,
      })),
      spans: [],
      contributors: [],
      unattributedPpm,
    },
    spanTexts: [],
    index: {
      rowCount: 1,
      placeboCount: 1,
      sketchSize: 1,
      policy: {
        channelsPpm: [WHOLE, 0, 0],
        placeboPercent: 95,
        capPpm: WHOLE,
        minimumSpanTokens: 1,
        minimumSpanBits: 1,
      },
      evaluation: null,
    },
    names: { '0xaa': 'Ann' },
    manyTurns: false,
  };
}

test('rows of one contributor are one share, biggest first, and the rest is unattributed', () => {
  const shares = evidenceShares(
    influence(
      [
        { account: '0xBB', ppm: 200_000 },
        { account: '0xAA', ppm: 300_000 },
        { account: '0xBB', ppm: 250_000 },
      ],
      250_000,
    ),
    'others',
  );
  expect(shares.map(({ label, ppm, unattributed }) => [label, ppm, unattributed ?? false])).toEqual([
    ['0xBB…0xBB', 450_000, false],
    ['Ann', 300_000, false],
    ['', 250_000, true],
  ]);
});

test('evidence of rows that are not listed belongs to their contributors, and the sentence says the same figures', () => {
  const { attribution, ...rest } = influence([{ account: '0xaa', ppm: 514_000 }], 345_000);
  const evidence = [
    { account: '0xAA', ppm: 600_000 },
    { account: '0xBB', ppm: 55_000 },
  ];
  const shares = evidenceShares({ ...rest, attribution: { ...attribution, evidence } }, 'others');
  expect(shares.map(({ label, ppm }) => [label, ppm])).toEqual([
    ['Ann', 600_000],
    ['0xBB…0xBB', 55_000],
    ['', 345_000],
  ]);
  expect(evidenceSummary(shares)).toEqual({ contributors: 2, attributedPpm: 655_000, unattributedPpm: 345_000 });
});

test('what unlisted rows of an answer of an earlier version bring is named, not lost', () => {
  const shares = evidenceShares(influence([{ account: '0xaa', ppm: 100_000 }], 600_000), 'others');
  expect(shares.map(({ label, ppm }) => [label, ppm])).toEqual([
    ['Ann', 100_000],
    ['others', 300_000],
    ['', 600_000],
  ]);
});

test('the shares always add to the whole, also when a cap cut what rows brought', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ account: fc.constantFrom('0xa', '0xb', '0xc'), ppm: fc.integer({ min: 0, max: WHOLE }) })),
      fc.integer({ min: 0, max: WHOLE }),
      (rows, unattributed) => {
        const shares = evidenceShares(influence(rows, unattributed), 'others');
        expect(shares.reduce((total, share) => total + share.ppm, 0)).toBe(WHOLE);
        expect(shares.every((share) => share.ppm > 0)).toBe(true);
      },
    ),
  );
});

test('strength in words is cut at twice and ten times the threshold', () => {
  expect([1, 1.99, 2, 9.99, 10, 72.1].map(strengthOf)).toEqual([
    'slight',
    'slight',
    'moderate',
    'moderate',
    'strong',
    'strong',
  ]);
});

test('words are counted as each script separates them', () => {
  expect(countWords(['The lamp’s light, at 3.5 m.', ' burns '])).toBe(7);
  expect(countWords(['灯台の光'])).toBeGreaterThan(1);
  expect(countWords([' …, ', ''])).toBe(0);
});
