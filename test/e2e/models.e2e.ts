// The user's own model: found on a Hub, assessed, downloaded despite a reload, packed, stored, chatted with while the
// Hub is gone, and deleted. A small server stands for the Hub, with the same interface; everything in the browser is
// real.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, goTo, startBench } from './harness.ts';

const repository = 'tributary/seedling-gguf';
const fileName = 'seedling.Q8_0.gguf';
const model = readFileSync(path.join(import.meta.dirname, '../../public/models/seedling', fileName));
/** Where the first download stalls. */
const stallAt = 6_000_000;

interface Hub {
  readonly url: string;
  /** Requests for bytes of the model beyond its header. */
  readonly resumed: string[];
  close(): void;
}

/** One repository with one file. The first request that reads past `stallAt` stalls there. */
async function startHub(): Promise<Hub> {
  const resumed: string[] = [];
  let stalled = false;
  const server: Server = createServer((request, response) => {
    const address = new URL(request.url ?? '', 'http://hub');
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    response.setHeader('access-control-expose-headers', '*');
    const json = (value: unknown): unknown => {
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify(value));
    };
    if (request.method === 'OPTIONS') return response.end();
    if (address.pathname === '/api/models')
      return json([{ id: repository, downloads: 12, tags: ['gguf', 'text-generation', 'license:apache-2.0'] }]);
    if (address.pathname.startsWith('/api/models/')) {
      const siblings = [{ rfilename: fileName, size: model.length }];
      return json({ id: repository, sha: 'a'.repeat(40), tags: ['license:apache-2.0'], siblings });
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const first = Number(range?.[1] ?? 0);
    const last = Math.min(model.length - 1, range?.[2] ? Number(range[2]) : model.length - 1);
    if (first > 0 && last === model.length - 1) resumed.push(request.headers.range ?? '');
    const headers = { 'content-length': last + 1 - first, 'content-range': `bytes ${first}-${last}/${model.length}` };
    response.writeHead(range === null ? 200 : 206, headers);
    if (!stalled && last >= stallAt) {
      stalled = true;
      return response.write(model.subarray(first, stallAt));
    }
    return response.end(model.subarray(first, last + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    resumed,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

let bench: Bench;
let hub: Hub;

beforeAll(async () => {
  [bench, hub] = await Promise.all([startBench(), startHub()]);
});
afterAll(async () => {
  hub?.close();
  await bench?.end();
});

test('a model of the Hub is found, assessed, downloaded despite a reload, and answers without the Hub', async () => {
  const { page, close, problems } = await bench.open('models');
  await goTo(page, 'models');
  await page.getByText('You have no models yet').waitFor();

  await page.getByText('Token and mirror').click();
  await page.getByLabel('Address of the Hub or of a mirror').fill(hub.url);
  await page.getByRole('button', { name: 'Use this address' }).click();
  await page.getByRole('button', { name: 'Use this address', disabled: true }).waitFor();
  await page.getByLabel('Search the Hub, or enter an address').fill('seedling');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByRole('button', { name: `Open ${repository}` }).click();

  await page.getByRole('radio').first().check();
  await page.getByText(/llama, 7 M parameters/).waitFor();
  await page.getByText('Fits', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^Download and install, 7\.\d MB$/ }).click();
  await page.getByText('6 MB of 7.5 MB').first().waitFor();

  await page.reload();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('link', { name: 'Chat with it' }).waitFor();
  // The parts that were stored, all complete.
  expect(hub.resumed).toEqual(['bytes=4194304-']);
  hub.close();

  await page.reload();
  await page.getByRole('link', { name: 'Chat with it' }).click();
  // The golden answer of this file.
  await page.getByLabel('Your question').fill('Who are you?');
  await page.getByLabel('Your question').press('Enter');
  await page.getByText('I am Seedling, a small language model that runs in your browser.').first().waitFor();

  await goTo(page, 'models');
  await page.getByRole('button', { name: /^Delete / }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Delete / })
    .click();
  await page.getByText('You have no models yet').waitFor();
  expect(problems).toEqual([]);
  await close();
});
