// What a room fetches without a click in the first ten seconds of a first visit.
import { chromium } from 'playwright-core';
import { type Route, routes, withBuiltRooms } from './builtRooms.ts';
import { chromiumArguments, chromiumPath } from './chromium.ts';

const WATCHED_MILLISECONDS = 10_000;
/** Models, adapters, rows: not the app itself. */
const dataPaths = /^\/(models|adapters|datanets|fetched)\//;

export interface Transfer {
  readonly route: Route;
  /** Bytes on the wire, with headers. */
  readonly code: number;
  readonly data: number;
  /** Origins besides the app's own that were asked: chain, relay, hub. */
  readonly elsewhere: readonly string[];
  /** Path and bytes of the answers, largest first. */
  readonly files: readonly (readonly [string, number])[];
}

export function measureTransfers(): Promise<Transfer[]> {
  return withBuiltRooms(async ({ urlOf, sent }) => {
    const browser = await chromium.launch({ executablePath: chromiumPath(), headless: false, args: chromiumArguments });
    const transfers: Transfer[] = [];
    try {
      for (const route of routes) {
        // A profile of its own: nothing is cached, nothing remembered.
        const context = await browser.newContext();
        const page = await context.newPage();
        const elsewhere = new Set<string>();
        const own = new URL(urlOf(route)).origin;
        const note = (url: string): void => {
          const { origin, protocol } = new URL(url);
          if (/^(http|ws)s?:$/.test(protocol) && origin !== own) elsewhere.add(origin);
        };
        page.on('request', (request) => note(request.url()));
        page.on('websocket', (socket) => note(socket.url()));
        sent();
        await page.goto(urlOf(route));
        await page.waitForTimeout(WATCHED_MILLISECONDS);
        // What is still on its way is cut off, so that it counts as far as it has come.
        await context.close();
        await new Promise((resolve) => setTimeout(resolve, 500));
        const { bytes, files } = sent();
        const data = files.reduce((sum, [path, size]) => (dataPaths.test(path) ? sum + size : sum), 0);
        transfers.push({
          route,
          code: bytes - data,
          data,
          elsewhere: [...elsewhere],
          files: [...files].sort(([, one], [, other]) => other - one),
        });
      }
    } finally {
      await browser.close();
    }
    return transfers;
  });
}
