import { beforeEach, expect, test } from 'vitest';
import { database } from '../../store/index.ts';
import { readDraft, writeDraft } from './drafts.ts';
import { readTabDraft, writeTabDraft } from './tabDraft.ts';

beforeEach(() => database().drafts.clear());

/** As another tab that is open. */
async function openTab(name: string): Promise<() => Promise<void>> {
  const closed = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const ended = navigator.locks.request(`tributary-draft-${name}`, () => {
    held.resolve();
    return closed.promise;
  });
  await held.promise;
  return async () => {
    closed.resolve();
    await ended;
  };
}
const texts = async () => (await database().drafts.toArray()).map(({ value }) => value);

test('what another tab is writing is neither read nor overwritten, sent or not', async () => {
  const close = await openTab('other');
  await writeDraft('chat/other', 'theirs');
  expect(await readTabDraft('chat')).toBeUndefined();
  await writeTabDraft('chat', 'ours');
  expect((await texts()).sort()).toEqual(['ours', 'theirs']);
  expect(await readTabDraft('chat')).toBe('ours');
  await writeTabDraft('chat', '');
  expect(await texts()).toEqual(['theirs']);
  await close();
});

test('the newest text of tabs that are gone is taken over, once', async () => {
  await database().drafts.bulkPut([
    { key: 'chat/gone', value: 'older', updatedAt: 1 },
    { key: 'chat/gone too', value: 'newer', updatedAt: 2 },
    { key: 'chatter', value: 'of another room', updatedAt: 3 },
  ]);
  expect(await readTabDraft('chat')).toBe('newer');
  expect(await readDraft('chat/gone too')).toBeUndefined();
  expect(await readTabDraft('chat')).toBe('newer');
  await writeTabDraft('chat', '');
  expect(await readTabDraft('chat')).toBe('older');
  expect((await texts()).sort()).toEqual(['of another room', 'older']);
});

test('the text of an earlier version, which had one for all tabs, is taken over', async () => {
  await writeDraft('chat', 'of before');
  expect(await readTabDraft('chat')).toBe('of before');
  expect(await readDraft('chat')).toBeUndefined();
  expect(await texts()).toEqual(['of before']);
});
