// What people do in the app, as steps for the end-to-end tests.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { goTo } from './harness.ts';

/** Writes rows into a Datanet that is chosen by name, up to the signature. */
export async function prepareContribution(page: Page, datanet: string, text: string): Promise<void> {
  await goTo(page, 'contribute');
  await page
    .getByRole('button', { name: 'Contribute rows' })
    .or(page.getByRole('link', { name: 'Contribute rows' }))
    .first()
    .click();
  await page.getByRole('radio', { name: datanet }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Or write rows here').fill(text);
  await page.getByRole('button', { name: 'Use this text' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Licence', { exact: true }).selectOption('CC0-1.0');
  await page.getByLabel('I may share these rows under this licence.').check();
}

/** Publishes a contribution that is prepared, signed by the wallet of this browser. */
export async function signContribution(page: Page): Promise<void> {
  const sign = page.getByRole('button', { name: /^Sign and publish/ });
  await useBurner(page, sign);
  await sign.click();
  await page.getByRole('heading', { name: 'Published' }).waitFor();
}

/** Writes rows into a Datanet that is chosen by name and publishes them, signed by the wallet of this browser. */
export async function contribute(page: Page, datanet: string, text: string): Promise<void> {
  await prepareContribution(page, datanet, text);
  await signContribution(page);
}

/** Connects the wallet of this browser when the page offers to. */
export async function useBurner(page: Page, next: ReturnType<Page['getByRole']>): Promise<void> {
  const burner = page.getByRole('button', { name: /test wallet|this browser’s wallet/i });
  await burner.or(next).first().waitFor();
  if (await burner.isVisible()) await burner.click();
}

/**
 * Starts a run of `epochs` epochs on the sources whose labels match, at least `count` of them; ends on the page of the
 * run, while it trains.
 */
export async function train(page: Page, name: string, source: RegExp, epochs: number, count = 1): Promise<void> {
  await goTo(page, 'factory/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  for (const box of await page.getByRole('checkbox').all()) await box.uncheck();
  const sources = page.getByRole('checkbox', { name: source });
  await sources.nth(count - 1).waitFor();
  for (const box of await sources.all()) await box.check();
  await page.getByText('Advanced settings').click();
  await page.getByLabel('Epochs', { exact: true }).fill(String(epochs));
  await page.getByRole('button', { name: 'Start without timing' }).click();
}

/** On the page of a finished run: builds the attribution index, then signs and publishes. */
export async function indexAndPublish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Build the index' }).click();
  await page.getByText('Ready: answers of this adapter name their rows.').waitFor();
  const publish = page.getByRole('button', { name: 'Sign and publish' });
  await useBurner(page, publish);
  await publish.click();
  await page.getByText('Registered on the chain. Its answers can now be paid for.').waitFor();
}

/** Fetches an announced adapter by name and opens the chat with it. */
export async function fetchAdapter(page: Page, name: string): Promise<void> {
  await goTo(page, 'factory');
  await page.getByRole('button', { name: `Fetch ${name}` }).click();
  await page.getByRole('link', { name: 'Chat with it' }).first().click();
  await page.getByLabel('Your question').waitFor();
}

/** Deposits a prepayment and authorises the session key, once. */
export async function setUpPayment(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Set up payment' }).first().click();
  const dialog = page.getByRole('dialog');
  const start = dialog.getByRole('button', { name: /^Prepay/ });
  await useBurner(page, start);
  await start.click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Asks, and waits for answer, influence and payment. */
export async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Your question').fill(question);
  await page.getByLabel('Your question').press('Enter');
  await page.getByText('Paid by voucher').first().waitFor();
  await page.getByText('A relay keeps it').first().waitFor();
}

/** Bytes of the displayed answer's receipt. */
export async function downloadReceipt(page: Page): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the receipt' }).click(),
  ]);
  return new Uint8Array(await readFile(await download.path()));
}

/** Address of this browser's wallet, as the rewards room shows it, in lower case: some parts show its checksum, others do not. */
export async function burnerAddress(page: Page): Promise<string> {
  const before = new URL(page.url()).hash.slice(2);
  await goTo(page, 'rewards');
  // Other rooms show addresses of contracts.
  await page.getByRole('heading', { level: 1, name: 'Rewards' }).waitFor();
  const text = await page
    .getByText(/0x[0-9a-fA-F]{40}/)
    .first()
    .textContent();
  await goTo(page, before);
  return text?.match(/0x[0-9a-fA-F]{40}/)?.[0].toLowerCase() ?? '';
}
