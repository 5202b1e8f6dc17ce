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

function mount(readiness: () => Payments.PaymentReadiness | undefined): void {
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => <Fee message={message} readiness={readiness()} onSetUp={() => undefined} onRetry={() => undefined} />,
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
    return <Fee message={message} readiness={readiness.value()} onSetUp={() => undefined} onRetry={() => undefined} />;
  }, root);
  await expect.element(page.getByText('has no price', { exact: false })).toBeVisible();
  setAdapter({ id: 'second' } as AdapterChoice);
  await expect.element(page.getByText('has not been read', { exact: false })).toBeVisible();
  expect(document.body.textContent).not.toContain('no price');
  resolve({ status: 'free' });
  await expect.element(page.getByText('asks for no payment', { exact: false })).toBeVisible();
});
