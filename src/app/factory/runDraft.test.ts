import { expect, test } from 'vitest';
import type { ContributionRecord } from '../../store/index.ts';
import { matchingPreset } from '../../workflows/training/trainingSettings.ts';
import { newRunDraft, runGaps, sourceOptions, withHiddenSize } from './runDraft.ts';

const record = (id: string, rows: number, state: ContributionRecord['state'] = 'published'): ContributionRecord => ({
  id,
  datanetId: 'towns',
  contributor: '0x00',
  rows,
  mine: false,
  state,
  createdAt: 0,
  data: { header: { license: 'CC-BY-4.0' } },
});
const datanet = {
  id: 'towns',
  name: 'Towns',
  licence: 'CC0-1.0',
  rowsUrl: './rows.jsonl',
  rowCount: 112,
  contributions: [record('bafy1', 10), record('bafy2', 2, 'refused')],
};

test('offers sample rows and contributions that were not refused, each with its own count and licence', () => {
  expect(sourceOptions(datanet).map(({ source, rowCount, licence }) => [source, rowCount, licence])).toEqual([
    ['sample:towns', 100, 'CC0-1.0'],
    ['bafy1', 10, 'CC-BY-4.0'],
  ]);
});

test('a draft for a Datanet learns from all of it', () => {
  const draft = newRunDraft('seedling', datanet);
  expect(draft.chosen).toEqual(['towns sample:towns', 'towns bafy1']);
  expect(runGaps(draft, sourceOptions(datanet))).toEqual([]);
});

test('says what is missing', () => {
  const draft = newRunDraft('seedling', undefined);
  expect(runGaps({ ...draft, settings: { ...draft.settings, rank: 0 } }, [])).toEqual(['name', 'sources', 'settings']);
});

test('another base keeps the preset', () => {
  const draft = withHiddenSize(newRunDraft('seedling', undefined), 576);
  expect(draft.settings.learningRate).toBe(0.0018);
  expect(matchingPreset(draft.settings, 576)).toBe('balanced');
});
