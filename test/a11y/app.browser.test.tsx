// WCAG 2.2 AA by axe-core for the shell and the rooms, in both themes, with the app's own styles. It finds what a
// machine can find: contrast, names, roles, landmarks.
import axe from 'axe-core';
import { render } from 'solid-js/web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { App } from '../../src/app/shell/App.tsx';
import { setConfig } from '../../src/app/state/config.ts';
import { database } from '../../src/store/index.ts';
import '../../src/app/ui/tokens.css';
import { answeredChat } from './answeredChat.ts';

const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] };
let dispose: () => void = () => undefined;
let root: HTMLElement;

beforeAll(async () => {
  document.documentElement.lang = 'en';
  document.title = 'Tributary';
  // No model is offered, so that nothing heavy starts: the test is about what people see.
  setConfig({
    adapters: [{ id: 'a', name: 'An adapter', model: 'm', questions: ['One?', 'Two?', 'Three?'] }],
    models: [{ id: 'm', name: 'A model', files: [{ name: 'f', url: './none', bytes: 5e9, sha256: '0'.repeat(64) }] }],
  });
  // Colours during a transition would be measured halfway.
  document.head.insertAdjacentHTML('beforeend', '<style>*, ::before, ::after { transition: none !important; }</style>');
  await answeredChat({
    title: 'Bricks',
    question: 'What do ships export from Kilnford?',
    answer: 'Kilnford exports red bricks.',
    base: 'Kilnford is a town.',
    span: 'exports red bricks',
    name: 'Ann',
  });
  root = document.createElement('div');
  root.id = 'app';
  document.body.append(root);
  dispose = render(() => <App />, root);
});
afterAll(async () => {
  dispose();
  root.remove();
  await database().delete();
});

async function findings(): Promise<string[]> {
  const result = await axe.run(document.body, rules);
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}

for (const theme of ['light', 'dark']) {
  for (const [room, heading] of [
    ['chat', 'Ask, and see whose data answered'],
    ['contribute', 'Contribute'],
    ['factory', 'Factory'],
    ['models', 'Models'],
    ['rewards', 'Rewards'],
    ['settings', 'Settings'],
  ] as const) {
    for (const width of [1280, 320]) {
      test(`${room} in ${theme} at ${width} px`, async () => {
        await page.viewport(width, 800);
        document.documentElement.dataset['theme'] = theme;
        location.hash = `#/${room}`;
        await expect.element(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
        expect(await findings()).toEqual([]);
        expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
      });
    }
  }
}

test('rooms scroll, the page never does: what is hidden for the eye makes it no longer', async () => {
  await page.viewport(390, 700);
  for (const [room, heading] of [
    ['factory/new', 'Train an adapter'],
    ['settings', 'Settings'],
  ] as const) {
    location.hash = `#/${room}`;
    await expect.element(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    for (const summary of document.querySelectorAll('summary')) summary.click();
    expect(document.documentElement.scrollHeight, room).toBeLessThanOrEqual(700);
  }
});

for (const theme of ['light', 'dark']) {
  test(`an attributed answer and its panel in ${theme}`, async () => {
    await page.viewport(1440, 900);
    document.documentElement.dataset['theme'] = theme;
    location.hash = '#/chat/c';
    await expect.element(page.getByText('What shaped this answer')).toBeVisible();
    await expect.element(page.getByRole('button', { name: /^exports red bricks/ })).toBeVisible();
    await page.getByText('Method and error').click();
    expect(await findings()).toEqual([]);
  });

  test(`the influence sheet of a phone in ${theme}`, async () => {
    await page.viewport(320, 700);
    document.documentElement.dataset['theme'] = theme;
    location.hash = '#/chat/c';
    await page.getByRole('button', { name: /^Show what shaped this answer\./ }).click();
    await expect.element(page.getByRole('dialog')).toBeVisible();
    expect(await findings()).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });
}
