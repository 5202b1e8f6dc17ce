// One draft and another tab: what goes on is what is stored then, not what this tab has seen before.
import { HashRouter, Route } from '@solidjs/router';
import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { database } from '../../store/index.ts';
import { setConfig } from '../state/config.ts';
import { readDraft, writeDraft } from '../state/drafts.ts';
import type { ContributionDraft } from './contributionDraft.ts';
import { contributionLock, contributionSession } from './contributionSession.ts';
import { Overview } from './Overview.tsx';

const draft: ContributionDraft = {
  corrections: [],
  skippedLines: [],
  droppedRows: [],
  keptRows: [],
  mayShare: false,
  licence: 'CC0-1.0',
};
const stored = () => readDraft<ContributionDraft>('contribution');
const clear = () => database().drafts.clear();

let dispose: () => void = () => undefined;
beforeEach(clear);
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  await clear();
});

function show(): void {
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => (
      <HashRouter>
        <Route path="*" component={Overview} />
      </HashRouter>
    ),
    root,
  );
}

/** As another tab that prepares the draft; `close` ends it. */
async function otherTab(): Promise<() => Promise<void>> {
  const [held, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ended = navigator.locks.request('tributary-tab-contribution', () => {
    held.resolve();
    return closed.promise;
  });
  await held.promise;
  return async () => {
    closed.resolve();
    await ended;
  };
}

test('the overview follows the draft of another tab, which ends it or changes it', async () => {
  setConfig({ models: [] });
  const close = await otherTab();
  await writeDraft('contribution', { ...draft, fileName: 'tides.jsonl', file: 'f' });
  show();
  await expect.element(page.getByText('tides.jsonl', { exact: false })).toBeVisible();
  await writeDraft('contribution', { ...draft, fileName: 'towns.jsonl', file: 'g' });
  await expect.element(page.getByText('towns.jsonl', { exact: false })).toBeVisible();
  await clear();
  await expect.element(page.getByText('You have a draft', { exact: false })).not.toBeInTheDocument();
  await close();
});

test('a tab goes on with the draft as another one left it, and deletes it when asked', async () => {
  const close = await otherTab();
  await writeDraft('contribution', draft);
  const seen = contributionSession();
  await expect.poll(seen.loaded).toBe(true);
  expect(seen.draft().licence).toBe('CC0-1.0');
  contributionLock.start();
  await expect.poll(contributionLock.holder).toBe('elsewhere');
  await writeDraft('contribution', { ...draft, licence: 'CC-BY-4.0' });
  await close();
  await expect.poll(contributionLock.holder).toBe('here');
  const session = contributionSession();
  await expect.poll(session.loaded).toBe(true);
  expect(session.draft().licence).toBe('CC-BY-4.0');

  show();
  await page.getByRole('button', { name: 'Discard the draft' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard the draft' }).click();
  await expect.poll(stored).toBeUndefined();
  await expect.element(page.getByText('You have a draft', { exact: false })).not.toBeInTheDocument();
});
