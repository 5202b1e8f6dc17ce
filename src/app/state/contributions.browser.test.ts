import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ContributionRecord, database, liveQuery } from '../../store/index.ts';
import { contribution } from '../../store/testing/records.ts';
import { saveContribution } from './contributions.ts';
import { writeDraft } from './drafts.ts';

const record: ContributionRecord = { ...contribution, state: 'queued' };
const clear = () => Promise.all([database().contributions.clear(), database().drafts.clear()]);
beforeEach(clear);
afterEach(clear);

const draft = { skippedLines: [], mayShare: true };

test('a draft ends in the same moment in which its contribution is recorded', async () => {
  await writeDraft('contribution', draft);
  await writeDraft('factory-run', 'another room’s').catch(() => undefined);
  const seen = new Set<string>();
  const state = (): Promise<string> =>
    database().transaction('r', database().contributions, database().drafts, async () => {
      const [contributions, drafts] = [await database().contributions.count(), await database().drafts.count()];
      return `${contributions} recorded, ${drafts} drafts`;
    });
  const subscription = liveQuery(state).subscribe((now) => void seen.add(now));
  await expect.poll(() => seen.size).toBe(1);
  await saveContribution(record, ['contribution', 'contribution/file']);
  await expect.poll(() => seen.size).toBe(2);
  subscription.unsubscribe();
  expect([...seen]).toEqual(['0 recorded, 2 drafts', '1 recorded, 1 drafts']);
});

test('a contribution that cannot be recorded leaves its draft', async () => {
  await writeDraft('contribution', draft);
  const odd = { ...record, data: { ...(contribution.data as object), odd: () => 'no clone of this' } };
  await expect(saveContribution(odd, ['contribution'])).rejects.toThrow();
  expect(await database().drafts.count()).toBe(1);
  expect(await database().contributions.count()).toBe(0);
});
