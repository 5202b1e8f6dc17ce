// The first minute of a first visitor: what the untouched chat asks for, and how long the first question takes until its answer
// says what shaped it. The built app, its real server, a new profile in each run.
//   npm run bench -- firstMinute
import { loadavg } from 'node:os';
import { type Browser, chromium } from 'playwright-core';
import { withBuiltRooms } from '../tools/builtRooms.ts';
import { chromiumArguments, chromiumPath } from '../tools/chromium.ts';
import type { Report, Row } from './benchmark.ts';

export const NAME = 'firstMinute';

const RUNS = 3;
const UNTOUCHED_MILLISECONDS = 10_000;
const PATIENCE = 120_000;
/** Of two processors that do nothing else. */
const MAX_SECONDS = 8;

interface Visit {
  /** What the untouched page asked for or started: models, adapters, rows, workers. */
  readonly unasked: readonly string[];
  /** Seconds from the click to the model, the whole answer, an open index, the gradient, what shaped it. */
  readonly ready: number;
  readonly answered: number;
  readonly traced: number;
  readonly compared: number;
  readonly attributed: number;
}

/** What the page says at each step. */
const steps = {
  ready: 'Seedling is ready',
  index: 'Opening the attribution index',
  gradient: 'Tracing the answer back',
  rows: 'Comparing with every row',
  attributed: 'unattributed',
};

/** In the page: milliseconds from the next click until each text stands there; asking from outside would miss short steps. */
function noteSteps(texts: Readonly<Record<string, string>>): void {
  const seen: Record<string, number> = {};
  let start = Number.NaN;
  addEventListener('pointerdown', () => (start = performance.now()), { once: true, capture: true });
  new MutationObserver(() => {
    const text = document.querySelector('main')?.textContent ?? '';
    for (const [step, words] of Object.entries(texts))
      if (seen[step] === undefined && text.includes(words)) seen[step] = performance.now() - start;
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  Object.assign(window, { seen });
}

async function visit(browser: Browser, url: string, sent: () => { files: readonly (readonly [string, number])[] }) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    sent();
    await page.goto(url);
    const suggestion = page.getByRole('listitem').getByRole('button').first();
    await suggestion.waitFor();
    // A scroll is no question.
    await page.mouse.wheel(0, 200);
    await page.waitForTimeout(UNTOUCHED_MILLISECONDS);
    const fetched = sent().files.map(([path]) => path);
    const unasked = [
      ...fetched.filter((path) => /^\/(models|adapters|datanets|fetched)\//.test(path)),
      ...page.workers().map((worker) => new URL(worker.url()).pathname),
    ];
    await page.evaluate(noteSteps, steps);
    await suggestion.click();
    await page
      .getByText(/from \d+ contributor|No row stands out/)
      .first()
      .waitFor({ timeout: PATIENCE });
    const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, number> }).seen);
    const at = (step: keyof typeof steps): number => (seen[step] ?? Number.NaN) / 1000;
    const times = {
      ready: at('ready'),
      answered: at('index'),
      traced: at('gradient'),
      compared: at('rows'),
      attributed: at('attributed'),
    };
    return { unasked, ...times };
  } finally {
    await context.close();
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

export async function run(): Promise<Report> {
  const load = loadavg()[0] ?? 0;
  const visits = await withBuiltRooms(async ({ urlOf, sent }) => {
    const found: Visit[] = [];
    for (let count = 0; count < RUNS; count += 1) {
      // A process of its own: shaders that another run compiled are not there.
      const browser = await chromium.launch({
        executablePath: chromiumPath(),
        headless: false,
        args: chromiumArguments,
      });
      try {
        found.push(await visit(browser, urlOf('chat'), sent));
      } finally {
        await browser.close();
      }
    }
    return found;
  });
  const unasked = [...new Set(visits.flatMap((each) => each.unasked))];
  const attributed = median(visits.map((each) => each.attributed));
  const seconds = (label: string, of: (each: Visit) => number): Row => ({
    name: `from the click to ${label}, median of ${RUNS}`,
    value: median(visits.map(of)),
    unit: 's',
  });
  return {
    rows: [
      seconds('a model that is ready', (each) => each.ready),
      seconds('the whole answer', (each) => each.answered),
      seconds('an index that is open', (each) => each.traced),
      seconds('the gradient of the answer', (each) => each.compared),
      seconds('what shaped it', (each) => each.attributed),
    ],
    checks: [
      {
        name: 'files and workers of an untouched chat',
        measured: unasked.length,
        required: '0',
        pass: unasked.length === 0,
      },
      {
        name: 'first attributed answer',
        measured: attributed,
        required: `at most ${MAX_SECONDS} s on two quiet processors`,
        pass: attributed <= MAX_SECONDS,
      },
    ],
    notes: [
      `All runs: ${visits.map((each) => each.attributed.toFixed(1)).join(', ')} s. Load of the machine before: ${load.toFixed(1)}.`,
      ...(unasked.length === 0 ? [] : [`Asked for: ${unasked.join(', ')}`]),
    ],
  };
}
