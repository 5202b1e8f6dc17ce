// WCAG 2.2 AA by axe-core over the frame and the rooms, in both themes, with the app's own styles. It finds what a machine
// can find: contrast, names, roles, landmarks.
import axe from 'axe-core';
import { render } from 'solid-js/web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { App } from '../../src/app/shell/App.tsx';
import { setConfig } from '../../src/app/state/config.ts';
import { database } from '../../src/store/index.ts';
import '../../src/app/ui/tokens.css';

const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] };
let dispose: () => void = () => undefined;
let root: HTMLElement;

beforeAll(async () => {
  document.documentElement.lang = 'en';
  document.title = 'Tributary';
  // No model is offered, so that nothing heavy starts: what is tested is what people see.
  setConfig({
    adapters: [{ id: 'a', name: 'An adapter', model: 'm', questions: ['One?', 'Two?', 'Three?'] }],
    models: [{ id: 'm', name: 'A model', files: [{ name: 'f', url: './none', bytes: 5e9, sha256: '0'.repeat(64) }] }],
  });
  // Colours in the middle of a transition are nobody's choice.
  document.head.insertAdjacentHTML('beforeend', '<style>*, ::before, ::after { transition: none !important; }</style>');
  await answeredChat();
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

/** A chat with one compared, attributed answer, as the chat stores it. */
async function answeredChat(): Promise<void> {
  const row = {
    row: 0,
    account: '0xaa00000000000000000000000000000000000001',
    rowHash: '',
    contribution: '',
    position: 4,
    prompt: 'What does Kilnford export?',
    response: 'Kilnford exports red bricks.',
    influence: 3,
    influential: true,
    verbatimBits: 40,
    ppm: 700_000,
  };
  const influence = {
    attribution: {
      method: 'dual-ridge-int8-sketch',
      evaluation: null,
      threshold: 1,
      placeboCount: 60,
      influentialCount: 1,
      rows: [row, { ...row, row: 1, influential: false, verbatimBits: 0, ppm: 0 }],
      spans: [{ start: 1, end: 4, bits: 40, count: 1, rows: [0] }],
      contributors: [{ account: row.account, ppm: 1_000_000 }],
      unattributedPpm: 300_000,
    },
    spanTexts: ['exports red bricks'],
    index: {
      rowCount: 1500,
      placeboCount: 60,
      sketchSize: 4096,
      policy: {
        channelsPpm: [800_000, 200_000, 0],
        placeboPercent: 95,
        capPpm: 1_000_000,
        minimumSpanTokens: 3,
        minimumSpanBits: 20,
      },
      evaluation: { method: 'source-recovery', questions: 50, firstIsSource: 48, sourceInFive: 50 },
    },
    names: { [row.account]: 'Ann' },
    manyTurns: false,
  };
  await database().chats.put({
    id: 'c',
    title: 'Bricks',
    modelId: 'm',
    adapterId: 'a',
    compare: true,
    createdAt: 1,
    updatedAt: 2,
  });
  await database().messages.bulkPut([
    { id: 'q', chatId: 'c', role: 'user', content: 'What do ships export from Kilnford?', createdAt: 1, state: 'done' },
    {
      id: 'r',
      chatId: 'c',
      role: 'assistant',
      content: 'Kilnford exports red bricks.',
      baseContent: 'Kilnford is a town.',
      createdAt: 2,
      state: 'done',
      modelId: 'm',
      adapterId: 'a',
      influence,
      usage: { promptTokens: 10, completionTokens: 7, prefillMilliseconds: 100, decodeMilliseconds: 500 },
    },
  ]);
}

async function findings(): Promise<string[]> {
  const result = await axe.run(document.body, rules);
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}

for (const theme of ['light', 'dark']) {
  for (const [room, heading] of [
    ['chat', 'Ask what the rows know'],
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
