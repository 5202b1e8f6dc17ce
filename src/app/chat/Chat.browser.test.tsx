// The chat as people use it, with stored answers and no model.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { visitChat } from '../../../test/support/visitChat.tsx';
import { database, type MessageRecord } from '../../store/index.ts';
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import { setConfig } from '../state/config.ts';
import { choice, restoreChoice } from './choice.ts';
import { ask } from './conversation.ts';
import { stop } from './writing.ts';

const account = `0xaa${'0'.repeat(38)}`;
const influence: StoredInfluence = {
  attribution: {
    method: 'dual-ridge-int8-sketch',
    evaluation: null,
    threshold: 0.000123456,
    chancePpm: 0,
    placeboCount: 60,
    influentialCount: 1,
    rows: [
      {
        row: 0,
        account,
        rowHash: '',
        contribution: '',
        position: 4,
        prompt: 'What does Kilnford export?',
        response: 'Kilnford exports red bricks.',
        influence: 0.0089,
        influential: true,
        verbatimBits: 40,
        ppm: 514_000,
      },
    ],
    spans: [{ start: 1, end: 4, bits: 40, count: 1, rows: [0] }],
    contributors: [{ account, ppm: 1_000_000 }],
    unattributedPpm: 345_000,
    evidence: [{ account, ppm: 655_000 }],
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
    evaluation: null,
  },
  names: { [account]: 'Ann' },
  manyTurns: false,
};

/** Writes the chat `c` with this many questions and answers. */
async function store(turns: number): Promise<void> {
  await database().chats.put({ id: 'c', title: 'Bricks', createdAt: 1, updatedAt: 2, modelId: 'm', adapterId: 'a' });
  await database().messages.bulkPut(
    Array.from({ length: turns }, (_, turn): MessageRecord[] => [
      { id: `q${turn}`, chatId: 'c', role: 'user', content: `Question ${turn}?`, createdAt: 2 * turn, state: 'done' },
      {
        id: `r${turn}`,
        chatId: 'c',
        role: 'assistant',
        content: `Number ${turn}. Kilnford exports red bricks.`,
        createdAt: 2 * turn + 1,
        state: 'done',
        modelId: 'm',
        adapterId: 'a',
        modelName: 'Model of then',
        adapterName: 'Adapter of then',
        influence,
      },
    ]).flat(),
  );
}

let leave: () => void = () => undefined;
function visit(chat?: string): void {
  leave = visitChat(chat);
}

beforeEach(() => {
  setConfig({
    adapters: [
      {
        id: 'a',
        name: 'An adapter',
        description: 'Long enough to be scrolled. '.repeat(20),
        model: 'm',
        questions: ['One?', 'Two?', 'Three?'],
      },
    ],
    models: [{ id: 'm', name: 'A model', files: [{ name: 'f', url: './none', bytes: 5e9, sha256: '0'.repeat(64) }] }],
  });
});
afterEach(async () => {
  leave();
  vi.restoreAllMocks();
  await Promise.all([database().chats.clear(), database().messages.clear()]);
});

const transcript = () => page.getByRole('region', { name: 'Conversation' });

test('a question that is sent before the choice is restored goes to the restored one', async () => {
  expect(choice().modelId).toBe('');
  const chatId = await ask(undefined, 'Too early?');
  stop();
  expect((await database().chats.get(chatId))?.modelId).toBe('m');
  expect(await restoreChoice()).toMatchObject({ modelId: 'm' });
});

test.each([
  [390, 500],
  // A window of 1,280 pixels at 200 %.
  [640, 400],
])(
  'the welcome of a window of %i pixels begins with its heading, also when the window changes',
  async (width, height) => {
    await page.viewport(width, height);
    visit();
    const heading = page.getByRole('heading', { level: 1 });
    await expect.element(heading).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Three?' })).toBeInTheDocument();
    const scroller = transcript().element();
    expect(scroller.scrollHeight).toBeGreaterThan(scroller.clientHeight);
    expect(scroller.scrollTop).toBe(0);
    scroller.scrollTop = scroller.scrollHeight;
    await expect.poll(() => scroller.scrollTop).toBeGreaterThan(0);
    scroller.scrollTop = 0;
    await page.viewport(width, height - 60);
    await expect.poll(() => scroller.clientHeight).toBeLessThan(height);
    expect(scroller.scrollTop).toBe(0);
  },
);

test('on a phone a tapped span opens its rows, and opens them again', async () => {
  await store(1);
  await page.viewport(390, 800);
  visit('c');
  const span = page.getByRole('button', { name: /^exports red bricks/ });
  for (let taps = 0; taps < 2; taps += 1) {
    await span.click();
    const sheet = page.getByRole('dialog');
    await expect.element(sheet.getByText('1 row matches span 1 verbatim', { exact: false })).toBeVisible();
    await sheet.getByRole('button', { name: 'Close' }).click();
    await expect.element(sheet).not.toBeInTheDocument();
  }
});

test('an answer says which model and adapter gave it, and its figures agree everywhere', async () => {
  await store(1);
  await page.viewport(1440, 900);
  visit('c');
  await expect.element(page.getByText('Adapter of then · Model of then')).toBeVisible();
  const summary = page.getByRole('button', { name: /^Show what shaped this answer\. / });
  expect(summary.element().getAttribute('aria-label')).toContain('65.5 % from 1 contributor, 34.5 % unattributed');
  const panel = page.getByRole('complementary', { name: 'What shaped this answer' });
  await expect.element(panel.getByText('65.5 %').first()).toBeVisible();
  expect(panel.element().textContent).not.toContain('Rows not listed');
  await panel.getByText('Method and error').click();
  expect(panel.element().textContent).toMatch(/Threshold .?0\.000123/);
});

test('of a long chat only what is near is drawn, its end first, and scrolling draws the rest', async () => {
  await store(120);
  await page.viewport(1280, 700);
  visit('c');
  await expect.element(page.getByText('Number 119.', { exact: false })).toBeVisible();
  const drawn = (): number => document.querySelectorAll('[data-message] article').length;
  await expect.poll(drawn).toBeLessThan(30);
  expect(document.querySelectorAll('[data-message]')).toHaveLength(240);
  const scroller = transcript().element();
  scroller.scrollTop = 0;
  await expect.element(page.getByText('Number 0.', { exact: false })).toBeInTheDocument();
  await expect.poll(drawn).toBeLessThan(30);
});

test('a chat that was left is no longer observed', async () => {
  await store(1);
  const observed = new Set<Element>();
  const { observe, unobserve } = ResizeObserver.prototype;
  vi.spyOn(ResizeObserver.prototype, 'observe').mockImplementation(function (this: ResizeObserver, element, options) {
    observed.add(element);
    observe.call(this, element, options);
  });
  vi.spyOn(ResizeObserver.prototype, 'unobserve').mockImplementation(function (this: ResizeObserver, element) {
    observed.delete(element);
    unobserve.call(this, element);
  });
  visit('c');
  await expect.element(page.getByText('Number 0.', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'New chat' }).click();
  await expect.element(page.getByRole('button', { name: 'One?' })).toBeVisible();
  expect([...observed].filter((element) => !element.isConnected)).toEqual([]);
});
