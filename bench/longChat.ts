// What a long chat costs: time of an answer, memory and elements of the page, with one answer before it and with 129.
//   npm run bench -- longChat
import { loadavg } from 'node:os';
import { chromium, type Page } from 'playwright-core';
import { withBuiltRooms } from '../tools/builtRooms.ts';
import { chromiumArguments, chromiumPath } from '../tools/chromium.ts';
import type { Report } from './benchmark.ts';

export const NAME = 'longChat';

const LONG = 129;
const ANSWERS = 3;
const PATIENCE = 120_000;
/** A long chat may take this much more of time and memory. */
const MAX_FACTOR = 1.2;
const MAX_MEGABYTES = 30;

/** Writes a chat of attributed answers into the page's database, as the chat stores them: 50 rows with each. */
function fill(count: number): Promise<void> {
  const text = 'Kilnford exports red bricks, which ships carry to every island of the archipelago in spring. ';
  const rows = Array.from({ length: 50 }, (_, row) => ({
    row,
    account: `0xaa${'0'.repeat(38)}`,
    rowHash: '0'.repeat(64),
    contribution: 'sample:tidemark',
    position: row,
    prompt: 'What do ships export from Kilnford?',
    response: text,
    influence: 3,
    influential: true,
    verbatimBits: 40,
    ppm: 20_000,
  }));
  const influence = {
    attribution: {
      method: 'dual-ridge-int8-sketch',
      evaluation: null,
      threshold: 1,
      chancePpm: 0,
      placeboCount: 60,
      influentialCount: 50,
      rows,
      spans: Array.from({ length: 4 }, (_, span) => ({ start: span, end: span + 3, bits: 40, count: 1, rows: [0] })),
      contributors: [{ account: rows[0]?.account, ppm: 1_000_000 }],
      evidence: [{ account: rows[0]?.account, ppm: 1_000_000 }],
      unattributedPpm: 0,
    },
    spanTexts: ['exports red bricks', 'ships carry to', 'every island of', 'in spring'],
    index: {
      rowCount: 1500,
      placeboCount: 60,
      sketchSize: 4096,
      policy: {
        channelsPpm: [800_000, 200_000, 0],
        placeboPercent: 95,
        capPpm: 1_000_000,
        minimumSpanTokens: 4,
        minimumSpanBits: 40,
      },
      evaluation: null,
    },
    names: {},
    manyTurns: false,
  };
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('tributary');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(['chats', 'messages'], 'readwrite');
      const common = { modelId: 'seedling', adapterId: 'tidemark' };
      const chatId = `long-${count}`;
      transaction
        .objectStore('chats')
        .put({ id: chatId, title: chatId, createdAt: 1, updatedAt: 2, compare: false, ...common });
      for (let turn = 0; turn < count; turn += 1) {
        const of = { chatId, state: 'done' };
        const messages = transaction.objectStore('messages');
        const createdAt = 2 * turn;
        messages.put({ ...of, id: `${chatId}-q${turn}`, role: 'user', content: 'What do ships export?', createdAt });
        messages.put({
          ...of,
          ...common,
          id: `${chatId}-a${turn}`,
          role: 'assistant',
          content: text.repeat(3),
          createdAt: createdAt + 1,
          influence,
        });
      }
      transaction.oncomplete = () => {
        opening.result.close();
        resolve();
      };
      transaction.onerror = () => reject(transaction.error);
    };
  });
}

export interface PageSize {
  /** Of JavaScript, without what is garbage. */
  readonly megabytes: number;
  readonly elements: number;
}

interface Figures extends PageSize {
  /** Of whole answers with what shaped them, in seconds. */
  readonly seconds: readonly number[];
}

/** Asks, and waits for the answer with what shaped it. Resolves with the seconds that it took. */
export async function askAttributed(page: Page, question: string): Promise<number> {
  const answers = page.locator('[data-message]');
  const before = await answers.count();
  const start = performance.now();
  await page.getByLabel('Your question').fill(question);
  await page.getByLabel('Your question').press('Enter');
  await answers.nth(before + 1).waitFor({ state: 'attached', timeout: PATIENCE });
  await answers
    .nth(before + 1)
    .getByText(/from \d+ contributor|No row stands out/)
    .waitFor({ timeout: PATIENCE });
  return (performance.now() - start) / 1000;
}

/** Has the page open a chat of so many attributed answers. */
export async function openLongChat(page: Page, count: number): Promise<void> {
  await page.getByLabel('Your question').waitFor();
  await page.evaluate(fill, count);
  await page.evaluate((chat) => {
    location.hash = `#/chat/${chat}`;
  }, `long-${count}`);
  await page.locator('[data-message]').last().waitFor();
}

export async function sizeOf(page: Page): Promise<PageSize> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const metric = (wanted: string): number => metrics.find((each) => each.name === wanted)?.value ?? Number.NaN;
  return { megabytes: metric('JSHeapUsedSize') / 1e6, elements: metric('Nodes') };
}

async function measure(page: Page, count: number, url: string): Promise<Figures> {
  await page.goto(url);
  await openLongChat(page, count);
  // Model, adapter, index and shaders are there before anything is timed.
  await askAttributed(page, 'Who started the town of Fennick?');
  const seconds: number[] = [];
  for (let turn = 0; turn < ANSWERS; turn += 1)
    seconds.push(await askAttributed(page, 'What sign does the flag of Osprey show?'));
  return { seconds, ...(await sizeOf(page)) };
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

export async function run(): Promise<Report> {
  const load = loadavg()[0] ?? 0;
  const [short, long] = await withBuiltRooms(async ({ urlOf }) => {
    const found: Figures[] = [];
    for (const count of [1, LONG]) {
      const browser = await chromium.launch({
        executablePath: chromiumPath(),
        headless: false,
        args: chromiumArguments,
      });
      try {
        found.push(await measure(await browser.newPage(), count, urlOf('chat')));
      } finally {
        await browser.close();
      }
    }
    return found as [Figures, Figures];
  });
  const factor = median(long.seconds) / median(short.seconds);
  const more = long.megabytes - short.megabytes;
  return {
    rows: [
      { name: 'an attributed answer after 1', value: median(short.seconds), unit: 's' },
      { name: `an attributed answer after ${LONG}`, value: median(long.seconds), unit: 's' },
      { name: 'memory of the page after 1', value: short.megabytes, unit: 'MB' },
      { name: `memory of the page after ${LONG}`, value: long.megabytes, unit: 'MB' },
      { name: 'nodes of the page after 1', value: short.elements, unit: '' },
      { name: `nodes of the page after ${LONG}`, value: long.elements, unit: '' },
    ],
    checks: [
      {
        name: 'time of an answer, long to short',
        measured: factor,
        required: `at most ${MAX_FACTOR}`,
        pass: factor <= MAX_FACTOR,
      },
      {
        name: 'memory that a long chat adds',
        measured: more,
        required: `at most ${MAX_MEGABYTES} MB`,
        pass: more <= MAX_MEGABYTES,
      },
    ],
    notes: [`Load of the machine before: ${load.toFixed(1)}.`],
  };
}
