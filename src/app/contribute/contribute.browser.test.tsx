// The rows step with the real parser and checks behind it, in a real browser: what a person sees and does, and that the
// draft survives. No worker and no database: they are ports.
import axe from 'axe-core';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { checkRows, parseRows } from '../../datanet/index.ts';
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

function mount(kept?: ContributionDraft): { contribution: Contribution; saved: ContributionDraft[] } {
  const saved: ContributionDraft[] = [];
  const contribution = createContribution({
    parse: (request, options) => parseRows(request, options),
    check: (request, options) => checkRows(request, options),
    knownContent: async () => new Set(),
    loadDraft: async () => kept,
    async saveDraft(draft) {
      saved.push(draft);
    },
    async deleteDraft() {
      saved.length = 0;
    },
  });
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(() => <RowsStep contribution={contribution} />, root);
  return { contribution, saved };
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
  await expect.poll(() => first.saved.at(-1)?.droppedLines).toEqual([4]);
  dispose();
  document.body.replaceChildren();

  const second = mount(first.saved.at(-1));
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
