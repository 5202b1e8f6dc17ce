import { describe, expect, it } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { packRows } from './packRows.ts';

const rows = [
  { inputIds: [1, 2, 3, 4], promptLength: 2 },
  { inputIds: [5, 6, 7], promptLength: 2 },
  { inputIds: [8, 9], promptLength: 1 },
];

describe('packRows', () => {
  it('packs rows end to end, each with its own positions, keys and targets', () => {
    const [batch, ...rest] = packRows(rows, { tokens: 100, targets: 100, rows: 10 });
    expect(rest).toEqual([]);
    expect([...(batch?.ids ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...(batch?.positions ?? [])]).toEqual([0, 1, 2, 3, 0, 1, 2, 0, 1]);
    expect([...(batch?.spans ?? [])]).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 4, 5, 4, 6, 4, 7, 7, 8, 7, 9]);
    expect([...(batch?.segments ?? [])]).toEqual([0, 4, 4, 7, 7, 9]);
    // A token predicts the next one; the last token of a row predicts nothing.
    expect([...(batch?.targets ?? [])]).toEqual([1, 2, 5, 7]);
    expect([...(batch?.labels ?? [])]).toEqual([3, 4, 7, 9]);
    expect(batch?.targetsPerRow).toEqual([2, 1, 1]);
  });

  it('shortens spans to a sliding window', () => {
    const [batch] = packRows(rows.slice(0, 1), { tokens: 100, targets: 100, rows: 10 }, 2);
    expect([...(batch?.spans ?? [])]).toEqual([0, 1, 0, 2, 1, 3, 2, 4]);
  });

  it.each([
    { limit: { tokens: 7, targets: 100, rows: 10 }, sizes: [7, 2] },
    { limit: { tokens: 100, targets: 2, rows: 10 }, sizes: [4, 5] },
    { limit: { tokens: 100, targets: 100, rows: 1 }, sizes: [4, 3, 2] },
  ])('begins a new batch at $limit', ({ limit, sizes }) => {
    expect(packRows(rows, limit).map(({ tokenCount }) => tokenCount)).toEqual(sizes);
  });

  it('names the row that exceeds every batch', () => {
    let error: unknown;
    try {
      packRows(rows, { tokens: 3, targets: 100, rows: 10 });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(TributaryError);
    expect(error).toMatchObject({ code: 'TRAIN_ROW_TOO_LONG', facts: { row: 0, tokens: 4, longest: 3 } });
  });
});
