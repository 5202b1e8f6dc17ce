// What is said of a price and of a payment, by what the chain has said and not by what it has not said yet.
import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { TributaryError } from '../../lib/errors.ts';
import type { MessageRecord } from '../../store/index.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import type * as Payments from '../state/payments.ts';
import { createReadiness } from './createReadiness.ts';
import { Fee } from './Fee.tsx';

/** The chain's answers by adapter: each is given when the test lets it. */
const answers = vi.hoisted(() => new Map<string, Promise<Payments.PaymentReadiness>>());
vi.mock('../state/payments.ts', async (original) => ({
  ...(await original<typeof Payments>()),
  paymentReadiness: async (adapter: { id: string }) => answers.get(adapter.id),
}));

const terms = { modelId: `0x${'a'.repeat(64)}`, price: 10n ** 18n, ownerBps: 2_000 } as const;
const message = { id: 'm', role: 'assistant', content: 'An answer.', state: 'done' } as unknown as MessageRecord;

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

function mount(
  readiness: () => Payments.PaymentReadiness | undefined,
  onPay?: (() => void) | undefined,
  of: MessageRecord = message,
): void {
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => (
      <Fee message={of} readiness={readiness()} onSetUp={() => undefined} onPay={onPay} onRetry={() => undefined} />
    ),
    root,
  );
}

const away = new TributaryError({ code: 'CHAIN_UNREACHABLE', message: '', hint: '' });

test.each([
  [undefined, 'The price has not been read from the chain yet.'],
  [{ status: 'noModel' }, 'not registered on the chain, so it has no price'],
  [{ status: 'free' }, 'asks for no payment'],
  [{ status: 'ended', terms }, 'key may pay is over'],
  [{ status: 'locked', terms }, 'keys are locked'],
  [{ status: 'trouble', error: away }, 'The chain does not answer'],
] as const)('%s', async (readiness, text) => {
  mount(() => readiness);
  await expect.element(page.getByText(text, { exact: false })).toBeVisible();
  if (readiness?.status !== 'noModel') expect(document.body.textContent).not.toContain('no price');
  expect(document.body.textContent).not.toContain('Paid by voucher');
});

test('what the chain said of one adapter is not said of the next', async () => {
  const [adapter, setAdapter] = createSignal({ id: 'first' } as AdapterChoice);
  answers.set('first', Promise.resolve({ status: 'noModel' }));
  const { promise, resolve } = Promise.withResolvers<Payments.PaymentReadiness>();
  answers.set('second', promise);
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(() => {
    const readiness = createReadiness(adapter);
    return (
      <Fee
        message={message}
        readiness={readiness.value()}
        onSetUp={() => undefined}
        onPay={undefined}
        onRetry={() => undefined}
      />
    );
  }, root);
  await expect.element(page.getByText('has no price', { exact: false })).toBeVisible();
  setAdapter({ id: 'second' } as AdapterChoice);
  await expect.element(page.getByText('has not been read', { exact: false })).toBeVisible();
  expect(document.body.textContent).not.toContain('no price');
  resolve({ status: 'free' });
  await expect.element(page.getByText('asks for no payment', { exact: false })).toBeVisible();
});

const answer = { ...message, usage: { completionTokens: 500 } } as unknown as MessageRecord;
const payButton = () => page.getByRole('button', { name: 'Pay this answer' });

test('an answer that was left unpaid can be paid once payment is ready, and not while that is done', async () => {
  const pay = vi.fn();
  const [onPay, setOnPay] = createSignal<(() => void) | undefined>(pay);
  const root = document.createElement('main');
  document.body.append(root);
  const ready = { status: 'ready', terms, left: 10n ** 18n / 2n } as const;
  dispose = render(
    () => (
      <Fee message={answer} readiness={ready} onSetUp={() => undefined} onPay={onPay()} onRetry={() => undefined} />
    ),
    root,
  );
  await payButton().click();
  expect(pay).toHaveBeenCalledOnce();
  setOnPay(undefined);
  await expect.element(payButton()).not.toBeInTheDocument();
});

test.each([
  ['less is left than it costs', { status: 'ready', terms, left: 10n ** 18n / 2n - 1n }, answer, 'Top up'],
  ['it is paid', { status: 'ready', terms, left: 10n ** 18n }, { ...answer, fee: 5n } as MessageRecord, undefined],
  ['payment is not set up', { status: 'notSetUp', terms }, answer, 'Set up payment'],
] as const)('an answer is not offered to be paid when %s', async (_, readiness, of, wayOn) => {
  mount(
    () => readiness,
    () => undefined,
    of,
  );
  await expect.element(page.getByText('OPEN per 1,000 tokens', { exact: false })).toBeVisible();
  await expect.element(payButton()).not.toBeInTheDocument();
  expect(
    page
      .getByRole('button')
      .elements()
      .map((button) => button.textContent?.trim()),
  ).toEqual(wayOn === undefined ? [] : [wayOn]);
});
