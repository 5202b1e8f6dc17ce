// Setting payment up once: a wallet, an amount, three steps on chain. After that answers are paid without a prompt.
import { createEffect, createSignal, For, type JSX, on, onCleanup, Show } from 'solid-js';
import { isAbort, TributaryError } from '../../lib/errors.ts';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import { parsedValue, parseOpen } from '../i18n/parse.ts';
import { t } from '../i18n/t.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { config } from '../state/config.ts';
import { createLoaded } from '../state/live.ts';
import { paymentRevision, paymentTerms, type SetUpStep, setUpPayment } from '../state/payments.ts';
import {
  connectBurner,
  connectInjected,
  disconnectWallet,
  discover,
  isLocalChain,
  settlement,
  walletView,
} from '../state/settlement.ts';
import { AmountField, Button, Dialog, ErrorCard, formatOpen, Icon, shortAddress, toast } from '../ui/index.ts';
import { walletName } from '../wallet/walletName.ts';

const TYPICAL_TOKENS = 40;
const steps: readonly SetUpStep[] = ['faucet', 'deposit', 'key'];
const stepKeys = { faucet: 'chat.stepFaucet', deposit: 'chat.stepDeposit', key: 'chat.stepKey' } as const;

export function PaymentDialog(properties: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly adapter: AdapterChoice | undefined;
}): JSX.Element {
  const [amountText, setAmountText] = createSignal('10');
  const [step, setStep] = createSignal<SetUpStep>();
  const [failure, setFailure] = createSignal<unknown>();
  const amount = (): bigint | undefined => parsedValue(parseOpen(amountText()));
  const valid = (): boolean => (amount() ?? 0n) > 0n;
  let abort: AbortController | undefined;
  onCleanup(() => abort?.abort());
  createEffect(
    on(
      () => properties.open,
      (open) => {
        if (open) void discover().catch((error: unknown) => setFailure(() => error));
      },
    ),
  );
  const balance = createLoaded(
    () => {
      paymentRevision();
      return properties.open ? walletView().wallet?.address : undefined;
    },
    async (address, signal) => (await settlement()).balances(address, { signal }),
  );
  const terms = createLoaded(() => (properties.open ? properties.adapter : undefined), paymentTerms);
  const answers = (): number | undefined => {
    const asked = terms.value();
    const total = amount();
    if (asked === undefined || total === undefined || asked.price === 0n) return undefined;
    return Number(total / answerPrice({ price: asked.price, tokens: TYPICAL_TOKENS }));
  };
  const guarded = async (action: () => Promise<unknown>): Promise<void> => {
    setFailure(undefined);
    try {
      await action();
    } catch (error) {
      if (!isAbort(error)) setFailure(() => error);
    }
  };
  const start = (): Promise<void> =>
    guarded(async () => {
      const total = amount();
      if (total === undefined) return;
      abort = new AbortController();
      try {
        await setUpPayment(total, setStep, abort.signal);
        toast(t('chat.setUpDone'));
        properties.onOpenChange(false);
      } finally {
        setStep(undefined);
      }
    });
  const isWrongChain = (): boolean => {
    const error = failure();
    return walletView().wrongChain === true || (error instanceof TributaryError && error.code === 'WALLET_WRONG_CHAIN');
  };
  const chainName = (): string => config().deployment?.chainName ?? '';
  return (
    <Dialog
      open={properties.open}
      onOpenChange={(open) => {
        if (!open) abort?.abort();
        properties.onOpenChange(open);
      }}
      title={t('chat.setUpTitle')}
      description={t('chat.setUpLead')}
      actions={
        <>
          <Button kind="quiet" onClick={() => properties.onOpenChange(false)}>
            {t('ui.cancel')}
          </Button>
          <Button
            kind="primary"
            busy={step() !== undefined}
            disabled={walletView().wallet === undefined || !valid()}
            onClick={() => void start()}
          >
            {t('chat.setUpStart', { amount: formatOpen(amount() ?? 0n, 6, 'up') })}
          </Button>
        </>
      }
    >
      <div class="grid gap-5 pt-4">
        <section class="grid gap-2">
          <h3 class="text-sm font-medium">{t('chat.setUpWallet')}</h3>
          <Show
            when={walletView().wallet}
            fallback={
              <div class="grid gap-2">
                <For each={walletView().announced}>
                  {(wallet) => (
                    <Button class="justify-start" onClick={() => void guarded(() => connectInjected(wallet))}>
                      <Show when={wallet.icon !== ''}>
                        <img src={wallet.icon} alt="" class="size-5 rounded" />
                      </Show>
                      {wallet.name}
                    </Button>
                  )}
                </For>
                <Show when={isLocalChain()}>
                  <Button class="justify-start" icon="wallet" onClick={() => void guarded(connectBurner)}>
                    {t('chat.setUpBurner')}
                  </Button>
                  <p class="text-sm text-muted">{t('chat.setUpBurnerHint')}</p>
                </Show>
                <Show when={walletView().announced.length === 0 && !isLocalChain()}>
                  <p class="text-muted">{t('chat.setUpNoWallets')}</p>
                </Show>
              </div>
            }
          >
            {(wallet) => (
              <div class="flex flex-wrap items-center justify-between gap-2 rounded-xl border border-line px-3 py-2">
                <span class="grid">
                  <span class="font-medium">{walletName(wallet())}</span>
                  <span class="font-mono text-sm text-muted">{shortAddress(wallet().address)}</span>
                </span>
                <span class="flex items-center gap-2 text-sm text-muted">
                  <Show when={balance.value()}>
                    {(held) => t('chat.setUpBalance', { amount: formatOpen(held().open, 2) })}
                  </Show>
                  <Button kind="quiet" size="small" onClick={() => void disconnectWallet()}>
                    {t('chat.setUpOther')}
                  </Button>
                </span>
              </div>
            )}
          </Show>
        </section>
        <AmountField
          label={t('chat.setUpAmount')}
          text={amountText()}
          onText={setAmountText}
          hint={answers() === undefined ? undefined : t('chat.setUpAmountHint', { answers: answers() ?? 0 })}
          error={valid() ? undefined : t('chat.setUpAmountBad')}
        />
        <div role="status">
          <Show when={step()}>
            {(current) => (
              <ol class="grid gap-1.5">
                <For each={steps.filter((name) => name !== 'faucet' || isLocalChain())}>
                  {(name) => (
                    <li
                      class={`flex items-center gap-2 ${name === current() ? 'font-medium' : 'text-muted'}`}
                      aria-current={name === current() ? 'step' : undefined}
                    >
                      <Icon name={steps.indexOf(name) < steps.indexOf(current()) ? 'check' : 'chevron'} size={16} />
                      {t(stepKeys[name])}
                    </li>
                  )}
                </For>
              </ol>
            )}
          </Show>
        </div>
        <Show when={failure()}>
          {(error) => (
            <ErrorCard
              error={error()}
              onAction={() => void start()}
              actionLabel={isWrongChain() ? t('chat.switchChain', { chain: chainName() }) : undefined}
            />
          )}
        </Show>
      </div>
    </Dialog>
  );
}
