// What a typed amount becomes on its way to the escrow, in the locale of whoever types it.
import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { eventually } from '../../../test/support/eventually.ts';
import { TributaryError } from '../../lib/errors.ts';
import { setLocale } from '../i18n/dictionary.ts';
import type * as Payments from '../state/payments.ts';
import type * as Settlement from '../state/settlement.ts';
import { PaymentDialog } from './PaymentDialog.tsx';

const deposited = vi.hoisted((): bigint[] => []);
const tries = vi.hoisted(() => ({
  failure: undefined as unknown,
  deposit: 'done' as Payments.SetUpStepState,
  unfinished: undefined as Payments.UnfinishedSetUp | undefined,
}));
vi.mock('../state/payments.ts', async (original) => ({
  ...(await original<typeof Payments>()),
  async setUpPayment(amount: bigint, onStep: (step: Payments.SetUpStep, state: Payments.SetUpStepState) => void) {
    if (tries.failure === undefined) return void deposited.push(amount);
    onStep('deposit', tries.deposit);
    onStep('key', 'running');
    throw tries.failure;
  },
  unfinishedSetUp: async () => tries.unfinished,
}));
vi.mock('../state/settlement.ts', async (original) => ({
  ...(await original<typeof Settlement>()),
  discover: async () => undefined,
  settlement: async () => ({ balances: async () => ({ open: 10n ** 20n }) }),
  walletView: () => ({ announced: [], wallet: { name: 'Test', address: `0x${'1'.repeat(40)}` } }),
}));

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  setLocale('en');
  deposited.length = 0;
  Object.assign(tries, { failure: undefined, deposit: 'done', unfinished: undefined });
  document.body.replaceChildren();
});

function mount(locale: string): void {
  setLocale(locale);
  const root = document.createElement('div');
  document.body.append(root);
  dispose = render(() => <PaymentDialog open onOpenChange={() => undefined} adapter={undefined} />, root);
}

test.each([
  ['de-DE', '1,5', 'Prepay 1,5 OPEN', 1_500_000_000_000_000_000n],
  ['de-DE', '1.500,25', 'Prepay 1.500,25 OPEN', 1_500_250_000_000_000_000_000n],
  ['en', '1.5', 'Prepay 1.5 OPEN', 1_500_000_000_000_000_000n],
])('under %s "%s" is deposited exactly', async (locale, typed, label, amount) => {
  mount(locale);
  await page.getByLabelText('Amount to prepay, in OPEN').fill(typed);
  await page.getByRole('button', { name: label }).click();
  await eventually(() => expect(deposited).toEqual([amount]));
});

test('an amount written for another locale is refused beside the field, and nothing can be deposited', async () => {
  mount('de-DE');
  await page.getByLabelText('Amount to prepay, in OPEN').fill('1.5');
  await expect
    .element(page.getByText('This could be read as two different numbers. Write it like 1.234,5.'))
    .toBeVisible();
  await expect.element(page.getByRole('button', { name: /^Prepay/ })).toBeDisabled();
});

test('a try that ends half-way says what has happened, and the next one what was already done', async () => {
  tries.failure = new TributaryError({ code: 'WALLET_REJECTED', message: '', hint: '' });
  mount('en');
  await page.getByRole('button', { name: 'Prepay 10 OPEN' }).click();
  await expect.element(page.getByText('Depositing into the escrow (done)')).toBeVisible();
  await expect.element(page.getByText('what was done before it stays', { exact: false })).toBeVisible();
  tries.deposit = 'already';
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByText('Depositing into the escrow (already done)')).toBeVisible();
});

test('a transaction that no block has yet can be looked for again', async () => {
  tries.failure = new TributaryError({ code: 'TRANSACTION_PENDING', message: '', facts: { seconds: 120 }, hint: '' });
  mount('en');
  await page.getByRole('button', { name: 'Prepay 10 OPEN' }).click();
  await expect.element(page.getByRole('button', { name: 'Check again' })).toBeVisible();
});

test('what an earlier visit left is said when the dialog opens', async () => {
  tries.unfinished = { deposited: 10n ** 19n, allowed: 0n };
  mount('en');
  await expect.element(page.getByText('10 OPEN are deposited', { exact: false })).toBeVisible();
});
