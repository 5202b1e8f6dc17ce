// Two tabs of one browser: one works on a thing, the other says so and can take it over; nothing is done twice. And everything out
// into a safety copy, in again elsewhere, and erased while another tab is open.
import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, eventually, goTo, recordsOf, startBench } from './harness.ts';
import { burnerAddress, contribute, prepareContribution, signContribution, train } from './people.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench?.end());

const DATANET = 'Chemical elements';
const rows = 'prompt,response\nWho keeps the bell of Ostrow?,Marta Quill keeps the bell of Ostrow.\n';

test('a draft belongs to one tab, is handed over whole, and is published once', async () => {
  const { page: first, context, close } = await bench.open('draft');
  await prepareContribution(first, DATANET, rows);
  const second = await context.newPage();
  await second.goto(bench.stack.url);
  await goTo(second, 'contribute/review');
  await second.getByText('Open in another tab', { exact: true }).waitFor();
  expect(await second.getByRole('button', { name: /^Sign and publish/ }).count()).toBe(0);
  await second.getByRole('button', { name: 'Go on here' }).click();
  await first.getByText('Open in another tab', { exact: true }).waitFor();
  await signContribution(second);
  await first.getByRole('button', { name: 'Go on here' }).click();
  // Published, the draft is gone: the first tab is led back to the first step.
  await first.getByRole('radio').first().waitFor();
  const mine = (await recordsOf<{ mine: boolean }>(second, 'contributions')).filter((record) => record.mine);
  expect(mine.length).toBe(1);
  // The wallet that the second tab connected is the first one's too.
  expect(await burnerAddress(first)).toBe(await burnerAddress(second));
  await close();
});

test('a run of one tab is seen in the other, cannot be deleted there, and goes on there when asked', async () => {
  const { page: first, context, close } = await bench.open('run');
  const row = (index: number): string =>
    JSON.stringify({
      prompt: `What is moored at pier ${index}?`,
      response: `The boat Larch ${index} is moored there.`,
    });
  await contribute(first, DATANET, Array.from({ length: 60 }, (_, index) => row(index)).join('\n'));
  // Far more than are made before it is stopped.
  await train(first, 'Two tabs', /^Your contribution/, 100);
  await first
    .getByText(/^Step \d+ of/)
    .first()
    .waitFor();
  const second = await context.newPage();
  await second.goto(bench.stack.url);
  await goTo(second, 'factory');
  await second.getByText('Training in another tab').waitFor();
  await second.getByRole('link', { name: 'Two tabs' }).click();
  await second.getByText(/Another tab of this browser trains this run/).waitFor();
  expect(await second.getByText('Interrupted').count()).toBe(0);
  expect(await second.getByRole('button', { name: 'Delete the run' }).count()).toBe(0);
  await second.getByRole('button', { name: 'Stop it there and go on here' }).click();
  await second.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  await first.getByText('Training in another tab').waitFor();
  await close();
});

test('a safety copy holds adapters and keys and comes in elsewhere; erasing stops the other tab and leaves nothing', async () => {
  const { page, context, close } = await bench.open('copy');
  await contribute(page, DATANET, rows);
  const address = await burnerAddress(page);
  await goTo(page, 'settings');
  await page.getByRole('button', { name: 'Export everything' }).click();
  await page.getByLabel('Password for the keys').fill('a password of some length');
  await page.getByLabel('Password again').last().fill('a password of some length');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the copy' }).click(),
  ]);
  const file = `${bench.directory}/copy.zip`;
  await download.saveAs(file);
  expect((await stat(file)).size).toBeGreaterThan(1000);
  expect((await readFile(file)).subarray(0, 2).toString()).toBe('PK');

  const other = await context.newPage();
  await other.goto(bench.stack.url);
  await goTo(other, 'models');
  await goTo(page, 'settings');
  await page.getByRole('button', { name: 'Erase everything' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Erase everything' }).click();
  await page.getByText('Everything that Tributary kept in this browser is erased.').waitFor();
  await other.getByRole('heading', { name: 'Everything was erased' }).waitFor();
  const left = await page.evaluate(async () => {
    const files: string[] = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(name);
    return [...(await indexedDB.databases()), ...(await caches.keys()), ...files, ...Object.keys(localStorage)];
  });
  expect(left).toEqual([]);
  await close();

  const elsewhere = await bench.open('copy-elsewhere');
  await goTo(elsewhere.page, 'settings');
  await elsewhere.page.locator('input[type=file]').first().setInputFiles(file);
  await elsewhere.page.getByLabel('Password of the copy').fill('a password of some length');
  await elsewhere.page.getByRole('button', { name: 'Import', exact: true }).click();
  await elsewhere.page.getByRole('button', { name: 'Reload' }).click();
  expect(
    await eventually(
      'the wallet is back',
      async () => (await burnerAddress(elsewhere.page)).toLowerCase() || undefined,
    ),
  ).toBe(address.toLowerCase());
  await elsewhere.close();
});
