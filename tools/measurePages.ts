// What a room loads without a click, and how soon it shows, in a real Chromium slowed down like a phone: the whole stack of
// `npm start` on free ports, each room in a fresh profile. The scores are Lighthouse's own curves and weights for mobile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { chromiumArguments, chromiumPath } from './chromium.ts';
import { freePorts, startStack } from './localStack.ts';
import { build } from './vite.ts';

/** Lighthouse's mobile setting: a simulated slow 4G, and a CPU that is four times slower. */
const network = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
};
const CPU_SLOWDOWN = 4;
/** A page without requests for this long has finished loading. */
const QUIET_MILLISECONDS = 4_000;
const PATIENCE_MILLISECONDS = 90_000;

interface Timings {
  readonly firstPaint: number;
  readonly largestPaint: number;
  readonly blocking: number;
  readonly shift: number;
}

declare global {
  var tributaryTimings: { firstPaint: number; largestPaint: number; blocking: number; shift: number };
}

/** Runs in the page before its own scripts. */
function observe(): void {
  const timings = { firstPaint: 0, largestPaint: 0, blocking: 0, shift: 0 };
  globalThis.tributaryTimings = timings;
  const watch = (type: string, take: (entry: PerformanceEntry) => void): void =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch('paint', (entry) => {
    if (entry.name === 'first-contentful-paint') timings.firstPaint = entry.startTime;
  });
  watch('largest-contentful-paint', (entry) => {
    timings.largestPaint = entry.startTime;
  });
  watch('longtask', (entry) => {
    timings.blocking += Math.max(0, entry.duration - 50);
  });
  watch('layout-shift', (entry) => {
    const shift = entry as PerformanceEntry & { readonly value: number; readonly hadRecentInput: boolean };
    if (!shift.hadRecentInput) timings.shift += shift.value;
  });
}

/** 1 - error function, by Abramowitz and Stegun 7.1.26: to 1.5e-7. */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const value = series * Math.exp(-x * x);
  return x >= 0 ? value : 2 - value;
}

/** Lighthouse's log-normal curve: 0.9 at `good`, 0.5 at `median`. */
function scoreOf(value: number, good: number, median: number): number {
  if (value <= 0) return 1;
  const standardized = (Math.log(value / median) / Math.log(good / median)) * -0.9061938024368232;
  return Math.min(1, complementaryError(standardized) / 2);
}

/** 0 to 100. The speed index is not measured: the largest paint stands for it, which is later. */
function performanceScore({ firstPaint, largestPaint, blocking, shift }: Timings): number {
  return Math.round(
    100 *
      (0.1 * scoreOf(firstPaint, 1800, 3000) +
        0.1 * scoreOf(largestPaint, 3387, 5800) +
        0.25 * scoreOf(largestPaint, 2500, 4000) +
        0.3 * scoreOf(blocking, 200, 600) +
        0.25 * scoreOf(shift, 0.1, 0.25)),
  );
}

interface Loaded {
  /** On the wire, headers included. */
  code: number;
  /** Models, adapters, rows. */
  data: number;
}

/** Counts what the page loads; resolves by `quiet` when nothing more comes. */
async function countTransfers(session: CDPSession): Promise<{ loaded: Loaded; quiet(): Promise<void> }> {
  const loaded: Loaded = { code: 0, data: 0 };
  const urls = new Map<string, string>();
  let last = Date.now();
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    urls.set(requestId, request.url);
    if (request.url.startsWith('http')) last = Date.now();
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId) ?? '';
    last = Date.now();
    if (/\/(models|adapters|datanets|fetched)\//.test(url)) loaded.data += encodedDataLength;
    else if (/\.(js|css|html|wasm|svg)$|\/$/.test(new URL(url, 'http://x/').pathname)) loaded.code += encodedDataLength;
  });
  return {
    loaded,
    async quiet() {
      const end = Date.now() + PATIENCE_MILLISECONDS;
      while (Date.now() - last < QUIET_MILLISECONDS && Date.now() < end) await new Promise((go) => setTimeout(go, 200));
    },
  };
}

async function openPage(browser: Browser): Promise<{ page: Page; session: CDPSession; close(): Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75 });
  const page = await context.newPage();
  return { page, session: await context.newCDPSession(page), close: () => context.close() };
}

/** Prints one line per room: once for its transfers, unthrottled, and once for its timings, throttled. */
export async function measurePages(routes: readonly string[]): Promise<void> {
  await build();
  const directory = mkdtempSync(path.join(tmpdir(), 'tributary-pages-'));
  const stack = await startStack({ directory, ports: await freePorts(), keep: false });
  const browser = await chromium.launch({ executablePath: chromiumPath(), headless: false, args: chromiumArguments });
  try {
    console.log('\nroom            code kB  data kB   first  largest  blocking   shift   score');
    for (const route of routes) {
      const loading = await openPage(browser);
      const { loaded, quiet } = await countTransfers(loading.session);
      await loading.page.goto(`${stack.url}#/${route}`);
      await quiet();
      await loading.close();

      const timed = await openPage(browser);
      await timed.page.addInitScript(observe);
      await timed.session.send('Network.enable');
      await timed.session.send('Network.emulateNetworkConditions', network);
      await timed.session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
      const transfers = await countTransfers(timed.session);
      await timed.page.goto(`${stack.url}#/${route}`, { timeout: PATIENCE_MILLISECONDS });
      await transfers.quiet();
      const timings = await timed.page.evaluate(() => globalThis.tributaryTimings);
      await timed.close();
      const milliseconds = [timings.firstPaint, timings.largestPaint, timings.blocking].map((value) =>
        value.toFixed(0).padStart(8),
      );
      console.log(
        `${route.padEnd(14)}${(loaded.code / 1000).toFixed(1).padStart(9)}${(loaded.data / 1000).toFixed(0).padStart(9)}` +
          `${milliseconds.join('')}${timings.shift.toFixed(3).padStart(10)}${String(performanceScore(timings)).padStart(8)}`,
      );
    }
  } finally {
    await browser.close();
    await stack.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
