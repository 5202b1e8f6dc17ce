// States that are not sunshine, each with its way on: no WebGPU, no wallet, a full disk, faulty rows, no chain and no relay.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumArguments } from '../../tools/chromium.ts';
import { type Bench, goTo, startBench } from './harness.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench?.end());

test('without WebGPU the processor answers, and the page says so', async () => {
  const args = chromiumArguments.filter((argument) => !/webgpu|vulkan/i.test(argument));
  const { page, close, problems } = await bench.open('no-webgpu', { args: [...args, '--disable-features=WebGPU'] });
  expect(await page.evaluate(() => 'gpu' in navigator && navigator.gpu !== undefined)).toBe(false);
  await page.getByRole('button', { name: 'Who is the founder of Gristmill?' }).click();
  await page
    .getByText(/Gristmill was founded by Hester Boone/)
    .first()
    .waitFor();
  await page
    .getByText(/on the processor/)
    .first()
    .waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('without a wallet every room reads, and says what a wallet is for', async () => {
  const { page, close } = await bench.open('no-wallet');
  await goTo(page, 'rewards');
  await page.getByText('Whose rewards?').waitFor();
  await page
    .getByRole('button', { name: /test wallet/i })
    .first()
    .waitFor();
  await page.getByLabel('Look at an address').fill('0x12');
  await page.getByRole('button', { name: 'Look', exact: true }).click();
  await page.getByText('This is not an address: it must be 0x and 40 hexadecimal digits.').waitFor();
  await close();
});

test('faulty rows are named by line and column, and can be mended or skipped', async () => {
  const { page, close } = await bench.open('faulty');
  await goTo(page, 'contribute');
  await page
    .getByRole('button', { name: 'Contribute rows' })
    .or(page.getByRole('link', { name: 'Contribute rows' }))
    .first()
    .click();
  await page.getByRole('radio', { name: 'Chemical elements' }).check();
  await page.getByRole('button', { name: 'Go on' }).click();
  const good = '{"prompt":"What is moored at pier 9?","response":"The boat Larch 9 is moored at pier 9."}';
  await page
    .getByLabel('Or write rows here')
    .fill([good, '{"prompt":"What is lost?",}', '{"prompt":"No answer here?"}'].join('\n'));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await page.getByText('Line 2, column 27').waitFor();
  await page
    .getByText(/^Line 3/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Skip all 2 lines' }).click();
  await page.getByText('1 row will be published').waitFor();
  await close();
});

test('a full disk is said with its way on, and nothing half-written counts as stored', async () => {
  const { page, context, close } = await bench.open('full', {
    args: [...chromiumArguments],
    before: () => undefined,
  });
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 1_000_000 });
  await page.reload();
  await page.getByRole('button', { name: 'Who is the founder of Gristmill?' }).click();
  // The small model fits in memory: the answer comes, and the page says that nothing could be kept.
  await page
    .getByText(/Gristmill was founded by Hester Boone|storage is full|no room|not enough/i)
    .first()
    .waitFor();
  const stored = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  expect(stored).toBeLessThan(7_000_000);
  await close();
});
