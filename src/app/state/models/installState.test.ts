import { expect, test } from 'vitest';
import { TributaryError } from '../../../lib/errors.ts';
import type { InstallProgress, InstallRecord } from '../../../models/index.ts';
import { installState } from './installState.ts';

const record: InstallRecord = {
  id: 'x',
  name: 'X',
  source: { kind: 'offered' },
  format: '',
  packing: { weights: 'stored', embedding: 'stored', head: 'stored' },
  files: [
    { name: 'a', bytes: 70, location: { kind: 'http', url: 'https://x.example/a' } },
    { name: 'b', bytes: 30, location: { kind: 'http', url: 'https://x.example/b' } },
  ],
  createdAt: 1,
  stage: 'downloading',
  doneBytes: 10,
  expectedBytes: 50,
  paused: false,
  failure: null,
};
const failure = (code: string, facts: Record<string, number> = {}): InstallRecord => ({
  ...record,
  failure: new TributaryError({ code, message: 'x', facts, hint: 'x' }).serialize(),
});
const progress: InstallProgress = { id: 'x', phase: 'downloading', doneBytes: 20, totalBytes: 100, bytesPerSecond: 5 };

const state = (
  change: Partial<InstallRecord>,
  options: { readonly progress?: InstallProgress; readonly elsewhere?: boolean; readonly hasDropped?: boolean } = {},
) =>
  installState({
    record: { ...record, ...change },
    progress: options.progress,
    elsewhere: options.elsewhere ?? false,
    hasDropped: options.hasDropped ?? false,
  });

test('at rest the journal tells', () => {
  expect(state({ stage: 'done' })).toEqual({ phase: 'installed' });
  expect(state({})).toEqual({ phase: 'interrupted', doneBytes: 10, totalBytes: 100 });
  expect(state({ stage: 'packing' })).toEqual({ phase: 'interrupted', doneBytes: 10, totalBytes: 50 });
  expect(state({ paused: true })).toMatchObject({ phase: 'paused' });
  const dropped = record.files.map(({ name, bytes }) => ({ name, bytes }));
  expect(state({ files: dropped })).toMatchObject({ phase: 'needs-files' });
  expect(state({ files: dropped }, { hasDropped: true })).toMatchObject({ phase: 'interrupted' });
});

test('a failure tells what it needs', () => {
  expect(state(failure('STORE_QUOTA_EXCEEDED', { neededBytes: 7, freeBytes: 3 }))).toMatchObject({
    phase: 'full',
    neededBytes: 7,
    freeBytes: 3,
  });
  expect(state(failure('STORE_QUOTA_EXCEEDED', { neededBytes: 7 }))).not.toHaveProperty('freeBytes');
  expect(state(failure('HUB_GATED'))).toMatchObject({ phase: 'needs-token', error: { code: 'HUB_GATED' } });
  expect(state(failure('MODEL_FILES_GONE'))).toMatchObject({ phase: 'needs-files' });
  expect(state(failure('MODEL_FILE_DAMAGED'))).toMatchObject({
    phase: 'failed',
    error: { code: 'MODEL_FILE_DAMAGED' },
  });
});

test('work under way comes before what the journal says of the past', () => {
  expect(state(failure('HUB_GATED'), { progress })).toEqual({
    phase: 'downloading',
    doneBytes: 20,
    totalBytes: 100,
    bytesPerSecond: 5,
  });
  expect(state({ paused: true }, { progress, elsewhere: true })).toMatchObject({ phase: 'elsewhere', doneBytes: 20 });
  const queued: InstallProgress = { id: 'x', phase: 'queued', doneBytes: 0, totalBytes: 0 };
  expect(state({}, { progress: queued })).toMatchObject({ phase: 'downloading', doneBytes: 10, totalBytes: 100 });
  expect(state({ stage: 'packing' }, { progress: queued })).toMatchObject({ phase: 'packing', totalBytes: 50 });
  const waiting: InstallProgress = { ...progress, phase: 'waiting', reason: 'network', at: 5 };
  expect(state({}, { progress: waiting })).toMatchObject({ phase: 'waiting', reason: 'network', at: 5 });
  expect(state({ stage: 'done' }, { progress })).toEqual({ phase: 'installed' });
});
