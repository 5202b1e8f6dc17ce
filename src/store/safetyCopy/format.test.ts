import * as v from 'valibot';
import { expect, it } from 'vitest';
import { filePath, invalid, isEntryPath, limits, manifestSchema, tablePath, VERSION } from './format.ts';

it('is of version 4, and bounded: a copy that one version writes another must read', () => {
  expect(VERSION).toBe(4);
  expect(limits).toEqual({
    entries: 200_000,
    manifestBytes: 67_108_864,
    recordBytes: 268_435_456,
    blobBytes: 268_435_456,
    blockBytes: 8_388_608,
    keyBytes: 2_097_152,
    ratio: 100,
  });
});

it('has names for its entries, and no others', () => {
  expect([tablePath('chats'), filePath('models', 'a')]).toEqual(['tables/chats.jsonl', 'files/models/a']);
  for (const path of [
    'manifest.json',
    'keys.json',
    'tables/chats.jsonl',
    'damaged/chats.jsonl',
    'blobs/0',
    `blocks/${'A'.repeat(10)}`,
    'files/adapters/a.b-c_D',
  ])
    expect(isEntryPath(path), path).toBe(true);
  for (const path of [
    '',
    'manifest.json/',
    'tables/Chats.jsonl',
    'blobs/1234567',
    `blocks/${'A'.repeat(9)}`,
    'files/adapters/..',
    'files/other/a',
    '../a',
    '/keys.json',
  ])
    expect(isEntryPath(path), path).toBe(false);
});

const manifest = {
  format: 'tributary-safety-copy',
  version: 0,
  createdAt: 8.64e15,
  entries: [{ path: 'blobs/0', bytes: 0, sha256: 'ab'.repeat(32), facts: { a: 'x'.repeat(10_000) } }],
};

it('has a manifest of known form', () => {
  expect(v.is(manifestSchema, manifest)).toBe(true);
  const [entry] = manifest.entries;
  for (const change of [
    { format: 'zip' },
    { version: -1 },
    { createdAt: 8.64e15 + 2 },
    { createdAt: -1 },
    { entries: [{ ...entry, bytes: -1 }] },
    { entries: [{ ...entry, facts: { a: 'x'.repeat(10_001) } }] },
    { entries: [{ ...entry, path: '../a' }] },
    { entries: [{ ...entry, sha256: 'AB'.repeat(32) }] },
    { entries: Array.from({ length: 200_001 }, () => ({ path: 'blobs/0', bytes: 0, sha256: 'ab'.repeat(32) })) },
  ])
    expect(v.is(manifestSchema, { ...manifest, ...change }), Object.keys(change).join()).toBe(false);
});

it('says what is wrong, and where', () => {
  expect(invalid('too large', 'blobs/0', 7)).toMatchObject({
    code: 'STORE_EXPORT_INVALID',
    facts: { reason: 'too large', place: 'blobs/0' },
    cause: 7,
  });
  expect(invalid('odd').facts).toEqual({ reason: 'odd', place: '' });
});
