// Runs `page.ts` in its own Chromium and waits for the measurements.
import { createReadStream, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { createServer, type Plugin } from 'vite';
import { chromiumArguments, chromiumPath } from '../../tools/chromium.ts';
import type { Bandwidth } from './copyBandwidth.ts';
import type { Measurement } from './measureDecoder.ts';
import type { TributaryMeasurement } from './measureTributary.ts';
import type { measureInPage, PageRequest } from './page.ts';
import { peerModules } from './peers.ts';
import { childProcessorSeconds, childResidentBytes } from './processes.ts';

export type PageAnswer = Bandwidth | ((Measurement | TributaryMeasurement) & { readonly residentBytes?: number });

export interface PageServer {
  /** URL path of the peers' packages. */
  readonly peers: string;
  /** `profile`: folder of the browser's profile, whose files and compiled shaders outlive the browser. */
  measure(request: PageRequest, profile: string): Promise<PageAnswer>;
  close(): Promise<void>;
}

const root = path.dirname(path.dirname(import.meta.dirname));
const PEERS = '/peers';
const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Serves the peers' packages unchanged: a development server would rewrite their imports. */
const servePeers: Plugin = {
  name: 'peers',
  configureServer({ middlewares }) {
    middlewares.use(PEERS, (request, response, next) => {
      const file = path.join(peerModules, new URL(request.url ?? '/', 'http://localhost').pathname);
      if (!existsSync(file) || !statSync(file).isFile()) return next();
      response.setHeader('content-type', contentTypes[path.extname(file)] ?? 'application/octet-stream');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
      createReadStream(file).pipe(response);
    });
  },
};

export async function inChromium(): Promise<PageServer> {
  const server = await createServer({
    root,
    logLevel: 'error',
    plugins: [servePeers],
    optimizeDeps: { entries: ['bench/engine/page.ts'] },
    server: {
      port: 0,
      host: '127.0.0.1',
      // No reloading while a page measures: neither for changed files nor for dependencies discovered late.
      hmr: false,
      watch: null,
      // WebAssembly threads need an isolated page.
      headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
    },
  });
  await server.listen();
  const origin = server.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '';
  return {
    peers: PEERS,
    async measure(request, profile) {
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: chromiumPath(),
        headless: false,
        args: chromiumArguments,
      });
      try {
        const page = context.pages()[0] ?? (await context.newPage());
        await page.exposeFunction('childProcessorSeconds', childProcessorSeconds);
        await page.goto(`${origin}/bench/engine/page.html`);
        const answer = await page.evaluate(
          async ({ wanted, module }) => {
            const { measureInPage: measure } = (await import(module)) as { measureInPage: typeof measureInPage };
            return await measure(wanted);
          },
          { wanted: request, module: `${origin}/bench/engine/page.ts` },
        );
        const residentBytes = childResidentBytes();
        return residentBytes === undefined ? answer : { ...answer, residentBytes };
      } finally {
        await context.close();
      }
    },
    close: () => server.close(),
  };
}
