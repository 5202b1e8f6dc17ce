// Shared by the end-to-end tests: the real stack of `npm start` on free ports and in its own folder, and real browsers,
// each a process with its own profile. Nothing here is faked.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumArguments, chromiumPath } from '../../tools/chromium.ts';
import { freePorts, type Stack, startStack } from '../../tools/localStack.ts';

/** Long enough for software rendering on a busy machine; a step that takes longer is stuck. */
export const PATIENCE = 180_000;

export interface Bench {
  readonly stack: Stack;
  readonly directory: string;
  /** Opens a page in a browser process of its own. `profile` names it: the same name continues the same profile. */
  open(profile: string, options?: OpenOptions): Promise<Person>;
  /** Stops the stack and starts it again on the same ports and folder. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export interface OpenOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  /** The browser's language, as a BCP 47 tag. */
  readonly locale?: string;
  /** Chromium arguments that replace the usual ones, for a browser without WebGPU. */
  readonly args?: readonly string[];
  /** Runs before the page's own scripts, with the URL of the chain. */
  readonly before?: (rpcUrl: string) => void;
}

export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors that the page itself reported. */
  readonly problems: readonly string[];
  /** Another tab of the same browser. */
  newTab(): Promise<Page>;
  close(): Promise<void>;
  /** Ends the whole browser at once, as a crash or an empty battery does: nobody is told and nothing is finished. */
  kill(): Promise<void>;
}

/** Starts a stack that settles nothing on its own: tests step its keeper. */
export async function startBench(): Promise<Bench> {
  const directory = mkdtempSync(path.join(tmpdir(), 'tributary-e2e-'));
  const ports = await freePorts();
  const start = (): Promise<Stack> => startStack({ directory: path.join(directory, 'stack'), ports, keep: false });
  let stack = await start();
  const people = new Set<Person>();

  async function open(profile: string, options: OpenOptions = {}): Promise<Person> {
    const context = await chromium.launchPersistentContext(path.join(directory, `profile-${profile}`), {
      executablePath: chromiumPath(),
      headless: false,
      args: [...(options.args ?? chromiumArguments)],
      viewport: options.viewport ?? { width: 1280, height: 900 },
      ...(options.locale === undefined ? {} : { locale: options.locale }),
      acceptDownloads: true,
    });
    context.setDefaultTimeout(120_000);
    const problems: string[] = [];
    const visit = async (page: Page): Promise<Page> => {
      page.on('pageerror', (error) => problems.push(error.message));
      if (options.before !== undefined) await page.addInitScript(options.before, stack.devnet.deployment.rpcUrl);
      await page.goto(stack.url);
      // Until its first room stands, the address still changes by itself.
      await page.locator('main').getByRole('heading').first().waitFor({ state: 'attached' });
      return page;
    };
    const person: Person = {
      page: await visit(context.pages()[0] ?? (await context.newPage())),
      context,
      problems,
      newTab: async () => visit(await context.newPage()),
      async close() {
        people.delete(person);
        await context.close();
      },
      async kill() {
        people.delete(person);
        const closed = new Promise((resolve) => context.once('close', resolve));
        const browser = (await processes(context)).find(({ type }) => type === 'browser');
        // 0 would be this process and all it started.
        if (browser === undefined) throw new Error('This browser has no process.');
        process.kill(browser.id, 'SIGKILL');
        await closed;
      },
    };
    people.add(person);
    return person;
  }

  return {
    get stack() {
      return stack;
    },
    directory,
    open,
    async restart() {
      await stack.stop();
      stack = await start();
    },
    async end() {
      for (const person of people) await person.close();
      await stack.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface BrowserProcess {
  /** `browser`, `renderer`, `GPU` and others. */
  readonly type: string;
  readonly id: number;
}

/** The processes of a browser. */
export async function processes(context: BrowserContext): Promise<readonly BrowserProcess[]> {
  const session = await context.browser()?.newBrowserCDPSession();
  if (session === undefined) throw new Error('This browser does not tell its processes.');
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo;
}

/** All records of one of the page's tables. */
export function recordsOf<Stored>(page: Page, table: string): Promise<readonly Stored[]> {
  return page.evaluate(
    (name) =>
      new Promise<readonly Stored[]>((resolve, reject) => {
        const opening = indexedDB.open('tributary');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction(name).objectStore(name).getAll();
          all.onerror = () => reject(all.error);
          all.onsuccess = () => {
            resolve(all.result);
            opening.result.close();
          };
        };
      }),
    table,
  );
}

/** Goes to a room by its hash route, without reloading the page. */
export async function goTo(page: Page, route: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${route}`);
}

/** Calls `probe` until it returns something other than undefined. */
export async function eventually<Value>(what: string, probe: () => Promise<Value | undefined>): Promise<Value> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`It did not come about: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Moves the local chain's clock. */
export async function passTime(rpcUrl: string, seconds: number): Promise<void> {
  for (const [method, params] of [
    ['evm_increaseTime', [seconds]],
    ['evm_mine', []],
  ] as const) {
    await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
  }
}
