// The rows step with the real parser and checks behind it, in a real browser: what a person sees and does, and that the
// draft survives. No worker and no database: they are ports.
import axe from 'axe-core';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { readRows } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import '../ui/tokens.css';
import type { ContributionDraft } from './contributionDraft.ts';
import { type Contribution, createContribution } from './createContribution.ts';
import { RowsStep } from './RowsStep.tsx';

const file = [
  '{"prompt":"Who keeps the light at Vell?","response":"Ada Finch keeps the light at Vell."}',
  '{"prompt":"broken',
  '{"prompt":"What is the key of the vault?","response":"sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"}',
  '{"prompt":"Whom do I write to?","response":"Write to nina@example.com."}',
].join('\n');

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

interface Kept {
  draft?: unknown;
  file?: { readonly key: string; readonly blob: Blob };
  saves: number;
  /** There is no room for a file. */
  isFull?: boolean;
}

function mount(kept: Kept = { saves: 0 }): { contribution: Contribution; kept: Kept } {
  const contribution = createContribution({
    read: (request, options) => readRows(request, options),
    knownContent: async () => ({}),
    loadDraft: async () => kept.draft,
    async saveDraft(draft) {
      kept.draft = draft;
    },
    async deleteDraft() {
      delete kept.draft;
      delete kept.file;
    },
    loadFile: async () => kept.file,
    async saveFile(key, blob) {
      if (kept.isFull) {
        const text = { message: 'There is no room.', hint: 'Make some.' };
        throw new TributaryError({ code: 'STORE_QUOTA_EXCEEDED', ...text });
      }
      kept.file = { key, blob };
      kept.saves += 1;
    },
  });
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(() => <RowsStep contribution={contribution} />, root);
  return { contribution, kept };
}

async function give(text: string): Promise<void> {
  await page.getByLabelText('Or write rows here').fill(text);
  await page.getByRole('button', { name: 'Use this text' }).click();
}

test('names line and column of what cannot be read, and takes the correction by keyboard', async () => {
  const { contribution } = mount();
  await give(file);
  await expect.element(page.getByText('Line 2, column 11:')).toBeVisible();
  expect(contribution.gaps()).toContain('problems');
  const field = page.getByRole('textbox', { name: 'Correct line 2' });
  await field.fill('{"prompt":"Who built the pier?","response":"Nora Penhallow built it."}');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText('3 rows will be published')).toBeVisible();
  expect(contribution.gaps()).not.toContain('problems');
});

test('blocks a secret and does not show it; a warning is the person’s choice', async () => {
  const { contribution } = mount();
  await give(file);
  await expect.element(page.getByText('1 row cannot be published and will be skipped')).toBeVisible();
  expect(document.body.textContent).not.toContain('abcdefghijklmnop');
  expect(contribution.prepared()?.publishable).toHaveLength(2);
  await page.getByRole('button', { name: 'Leave them out' }).click();
  expect(contribution.prepared()?.publishable).toHaveLength(1);
  await page.getByRole('button', { name: 'Include again' }).click();
  expect(contribution.prepared()?.publishable).toHaveLength(2);
});

test('a reload goes on with what was fixed, skipped and left out', async () => {
  const first = mount();
  await give(file);
  await page.getByRole('button', { name: 'Skip line 2' }).click();
  await page.getByRole('button', { name: 'Leave them out' }).click();
  await expect.poll(() => (first.kept.draft as ContributionDraft).droppedRows).toEqual(['4']);
  // The bytes were written once, when they came; what is written at each click is small.
  expect(first.kept.saves).toBe(1);
  expect(JSON.stringify(first.kept.draft)).not.toContain('Ada Finch');
  dispose();
  document.body.replaceChildren();

  const second = mount(first.kept);
  await expect.element(page.getByText('1 row will be published')).toBeVisible();
  expect(second.contribution.gaps()).not.toContain('problems');
});

for (const theme of ['light', 'dark']) {
  test(`has no accessibility fault that axe can find, in ${theme}`, async () => {
    document.documentElement.dataset['theme'] = theme;
    document.documentElement.lang = 'en';
    await page.viewport(320, 800);
    mount();
    await give(file);
    await expect.element(page.getByText('Line 2, column 11:')).toBeVisible();
    const { violations } = await axe.run(document.querySelector('main') as HTMLElement, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
    });
    expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.html}`))).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  });
}

test('a line that is skipped hands the focus to the next one', async () => {
  mount();
  await give(['{"prompt":"a', '{"prompt":"b', '{"prompt":"What is c?","response":"A letter."}'].join('\n'));
  const skip = page.getByRole('button', { name: 'Skip line 1' });
  await expect.element(skip).toBeVisible();
  (skip.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('textbox', { name: 'Correct line 2' })).toHaveFocus();
});

test('a secret that is none is published by the person’s decision, which can be taken back', async () => {
  const { contribution } = mount();
  await give(file);
  const keep = page.getByRole('button', { name: 'Line 3 holds no secret: publish it' });
  await expect.element(keep).toBeVisible();
  (keep.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  expect(contribution.prepared()?.publishable).toHaveLength(3);
  expect(contribution.prepared()?.overrides).toEqual([{ row: 1, codes: ['API_TOKEN'] }]);
  await page.getByRole('button', { name: 'Do not publish line 3' }).click();
  expect(contribution.prepared()?.overrides).toEqual([]);
  expect(contribution.prepared()?.publishable).toHaveLength(2);
});

test('bytes of another encoding are read as what they are, and as what the person says', async () => {
  const { contribution } = mount();
  const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  contribution.take(
    'latin1.csv',
    new Blob([latin1('prompt,response\nO\u00f9 est Z\u00fcrich sur la carte?,L\u00e0 o\u00f9 coule la Limmat.\n')]),
  );
  await expect.element(page.getByText('Read as Windows-1252, Latin-1 (Western Europe).')).toBeVisible();
  expect(contribution.prepared()?.publishable[0]?.prompt).toBe('Où est Zürich sur la carte?');
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabelText('Encoding of the file').selectOptions('windows-1251');
  await expect.poll(() => contribution.prepared()?.publishable[0]?.prompt).toBe('Oщ est Zьrich sur la carte?');
  // Not UTF-8: refused with its place, and the choice stays at hand.
  await page.getByLabelText('Encoding of the file').selectOptions('utf-8');
  await expect.element(page.getByText('The file is not UTF-8 text', { exact: true })).toBeVisible();
  expect(contribution.gaps()).toContain('text');
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabelText('Encoding of the file').selectOptions('windows-1252');
  await expect.poll(() => contribution.prepared()?.publishable[0]?.prompt).toBe('Où est Zürich sur la carte?');
});

test('says what of a row is not published as it stands in the file, with its place', async () => {
  mount();
  await give(
    '{"messages":[{"role":"user","content":"Which id is it?","name":"ann"},{"role":"assistant","content":"That."}],"id":9007199254740993}',
  );
  await expect.element(page.getByText(/The field "messages\[\].name" is not used \(line 1, column 13\)/)).toBeVisible();
  await expect.element(page.getByText(/A number in "id" has more digits .* \(line 1, column 116\)/)).toBeVisible();
});

test('a draft of an earlier version, which held the text, goes on', async () => {
  const text =
    '{"prompt":"What is old?","response":"This draft."}\n{"prompt":"What is left out?","response":"This row."}';
  const { contribution, kept } = mount({
    draft: { fileName: 'old.jsonl', text, skippedLines: [], droppedLines: [2], mayShare: false },
    saves: 0,
  });
  await expect.poll(() => contribution.prepared()?.all.length).toBe(2);
  expect(contribution.prepared()?.publishable).toHaveLength(1);
  await expect.poll(() => kept.file?.blob.text()).toBe(text);
  await expect.poll(() => 'text' in (kept.draft as object)).toBe(false);
});

test('a file that finds no room is warned of until it is stored, however well the rest of the draft is', async () => {
  const { contribution, kept } = mount({ saves: 0, isFull: true });
  await expect.poll(contribution.loaded).toBe(true);
  await give(file);
  await expect.poll(() => contribution.saveFailure()).toMatchObject({ code: 'STORE_QUOTA_EXCEEDED' });
  contribution.change((draft) => ({ ...draft, licence: 'CC0-1.0' }));
  await contribution.settled();
  expect(contribution.saveFailure()).toMatchObject({ code: 'STORE_QUOTA_EXCEEDED' });
  kept.isFull = false;
  contribution.saveAgain();
  await contribution.settled();
  expect(contribution.saveFailure()).toBeUndefined();
  expect(kept.draft).toMatchObject({ licence: 'CC0-1.0', file: kept.file?.key });
  expect(await kept.file?.blob.text()).toBe(file);
});

test('a decision about a row leaves the focus on its button', async () => {
  const { contribution } = mount();
  await expect.poll(contribution.loaded).toBe(true);
  await give(file);
  const decide = page.getByRole('button', { name: 'Line 3 holds no secret: publish it' });
  await expect.element(decide).toBeVisible();
  const button = decide.element() as HTMLElement;
  const before = button.getAttribute('aria-label');
  button.focus();
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => button.getAttribute('aria-label')).not.toBe(before);
  expect(document.activeElement).toBe(button);
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => button.getAttribute('aria-label')).toBe(before);
  expect(document.activeElement).toBe(button);
});
