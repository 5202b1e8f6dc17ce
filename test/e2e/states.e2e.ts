// Unhappy paths, each with a way on: no WebGPU, no wallet, a full disk, invalid rows, no chain and no relay.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Address, openSettlement } from '../../src/settlement/index.ts';
import { chromiumArguments } from '../../tools/chromium.ts';
import { type Bench, goTo, startBench } from './harness.ts';
import { ask, burnerAddress } from './people.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench?.end());

test('without WebGPU the CPU answers, and the page says so', async () => {
  const args = chromiumArguments.filter((argument) => !/webgpu|vulkan/i.test(argument));
  const { page, close, problems } = await bench.open('no-webgpu', { args: [...args, '--disable-features=WebGPU'] });
  expect(await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) ?? null)).toBe(null);
  await page.getByRole('button', { name: 'Who is the founder of Gristmill?' }).click();
  await page
    .getByText(/Gristmill was founded by Hester Boone/)
    .first()
    .waitFor();
  await page
    .getByText(/on the CPU|(CPU)/)
    .first()
    .waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('without a wallet every room is readable, and explains what a wallet is for', async () => {
  const { page, close } = await bench.open('no-wallet');
  await goTo(page, 'rewards');
  await page.getByText('See rewards').waitFor();
  await page
    .getByRole('button', { name: /test wallet/i })
    .first()
    .waitFor();
  await page.getByLabel('View an address').fill('0x12');
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByText('This is not an address: it must be 0x and 40 hexadecimal digits.').waitFor();
  await close();
});

test('a first visit asks neither the chain nor a relay in any room, until somebody wants to know', async () => {
  const { page, close, problems } = await bench.open('first-visit');
  const { rpcUrl } = bench.stack.devnet.deployment;
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(rpcUrl)) asked.push(`${new URL(page.url()).hash} asks the chain`);
  });
  page.on('websocket', () => asked.push(`${new URL(page.url()).hash} dials a relay`));
  for (const [route, heading] of [
    ['contribute', 'Contribute'],
    ['factory', 'Factory'],
    ['factory/new', 'Train an adapter'],
    ['models', 'Models'],
    ['settings', 'Settings'],
    ['rewards', 'Rewards'],
  ] as const) {
    await goTo(page, route);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await page.waitForLoadState('networkidle');
  }
  expect(asked).toEqual([]);
  await page.getByRole('button', { name: 'Show the epochs' }).click();
  await page.getByRole('heading', { name: 'Settling' }).waitFor();
  expect(asked).toContain('#/rewards asks the chain');
  expect(problems).toEqual([]);
  await close();
});

test('invalid rows are reported by line and column, and can be fixed or skipped', async () => {
  const { page, close } = await bench.open('faulty');
  await goTo(page, 'contribute');
  await page
    .getByRole('button', { name: 'Contribute rows' })
    .or(page.getByRole('link', { name: 'Contribute rows' }))
    .first()
    .click();
  await page.getByRole('radio', { name: 'Chemical elements' }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
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

test('a full disk is reported with a way on, and the answer still arrives', async () => {
  const { page, context, close } = await bench.open('full');
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 1_000_000 });
  await page.reload();
  await page.getByRole('button', { name: 'Who is the founder of Gristmill?' }).click();
  await page.getByText('This browser is full').first().waitFor();
  await page.getByRole('button', { name: 'Continue from memory' }).click();
  await page.getByText('Seedling is ready').first().waitFor();
  await page.getByRole('button', { name: 'Answer again' }).click();
  await page.getByText('Gristmill was founded by Hester Boone.').first().waitFor();
  const stored = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  expect(stored).toBeLessThan(1_000_000);
  await close();
});

test('a damaged model is refused by its fingerprint, and can be downloaded again', async () => {
  const { page, close } = await bench.open('damaged');
  await page.route('**/seedling.Q8_0.gguf', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    await route.fulfill({ response, body });
  });
  await page.reload();
  await page.getByRole('button', { name: 'Who is the founder of Gristmill?' }).click();
  await page.getByText('The file did not match its fingerprint').first().waitFor();
  await page.unroute('**/seedling.Q8_0.gguf');
  await page.getByRole('button', { name: 'Try again' }).last().click();
  await page.getByText('Seedling is ready').first().waitFor();
  await page.getByRole('button', { name: 'Answer again' }).click();
  await page.getByText('Gristmill was founded by Hester Boone.').first().waitFor();
  await close();
});

/** A wallet as EIP-6963 announces it: it signs with an account of the local chain, but is on another chain at first. */
function walletOnAnotherChain(rpcUrl: string): void {
  const account = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
  let chainId = '0x1';
  const listeners = new Map<string, ((value: unknown) => void)[]>();
  const provider = {
    async request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
      if (method === 'eth_chainId') return chainId;
      if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [account];
      if (method === 'wallet_switchEthereumChain') {
        chainId = (params as { chainId: string }[])[0]?.chainId ?? chainId;
        for (const listener of listeners.get('chainChanged') ?? []) listener(chainId);
        return null;
      }
      const response = await fetch(rpcUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: params ?? [] }),
      });
      const { result, error } = (await response.json()) as { result?: unknown; error?: unknown };
      if (error !== undefined) throw error;
      return result;
    },
    on: (event: string, listener: (value: unknown) => void) => {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
    removeListener: () => undefined,
  };
  const icon = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>';
  const info = { uuid: '350670db-19fa-4704-a166-e52e178b59d2', name: 'Elsewhere', icon, rdns: 'org.example.elsewhere' };
  const announce = (): void => {
    const detail = Object.freeze({ info, provider });
    dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  };
  Object.assign(window, { chainId: () => chainId });
  addEventListener('eip6963:requestProvider', announce);
  announce();
}

test('a wallet on another chain is asked to switch, and then pays', async () => {
  const { page, close, problems } = await bench.open('elsewhere', { before: walletOnAnotherChain });
  await page.getByRole('button', { name: 'Who is the founder of Gristmill?' }).click();
  await page.getByRole('button', { name: 'Set up payment' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /Elsewhere/ }).click();
  await dialog.getByRole('button', { name: /^Prepay/ }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(await page.evaluate(() => (window as unknown as { chainId: () => string }).chainId())).toBe('0x7a69');
  await ask(page, 'Where is Larkmoor?');
  expect(problems).toEqual([]);
  await close();
});

test('"1,5" typed in a German browser deposits one and a half OPEN', async () => {
  const { page, close, problems } = await bench.open('german', { locale: 'de-DE' });
  await page.getByRole('button', { name: 'Set up payment' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /test wallet/i }).click();
  const amount = dialog.getByLabel('Amount to prepay, in OPEN');
  // The English form of the number is not a valid amount here.
  await amount.fill('1.5');
  await dialog.getByText('Write it like 1.234,5.').waitFor();
  expect(await dialog.getByRole('button', { name: /^Prepay/ }).isDisabled()).toBe(true);
  await amount.fill('1,5');
  await dialog.getByRole('button', { name: 'Prepay 1,5 OPEN' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const { deployment, operator } = bench.stack.devnet;
  const address = (await burnerAddress(page)) as Address;
  const { escrow } = await openSettlement({ deployment, wallet: operator }).balances(address);
  expect(escrow).toBe(15n * 10n ** 17n);
  expect(problems).toEqual([]);
  await close();
});
