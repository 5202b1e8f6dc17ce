// Setting payment up once: a wallet, an amount, three steps on chain. After that answers are paid without a prompt.
import { createEffect, createSignal, For, type JSX, on, onCleanup, Show } from 'solid-js';
import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import { parsedValue, parseOpen } from '../i18n/parse.ts';
import { t } from '../i18n/t.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { config } from '../state/config.ts';
import { keyLock } from '../state/keys.ts';
import { createLoaded } from '../state/live.ts';
import {
  paymentRevision,
  paymentTerms,
  type SetUpStep,
  type SetUpStepState,
  setUpPayment,
  unfinishedSetUp,
} from '../state/payments.ts';
import {
  connectBurner,
  connectInjected,
  disconnectWallet,
  discover,
  isLocalChain,
  settlement,
  walletView,
} from '../state/settlement.ts';
import { AmountField, Banner, Button, Dialog, ErrorCard, formatOpen, Icon, shortAddress, toast } from '../ui/index.ts';
import { UnlockKeys } from '../wallet/UnlockKeys.tsx';
import { WrongChain } from '../wallet/WrongChain.tsx';
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
  const [busy, setBusy] = createSignal(false);
  /** Where each step of this try stands. */
  const [progress, setProgress] = createSignal<Partial<Record<SetUpStep, SetUpStepState>>>({});
  const [failure, setFailure] = createSignal<unknown>();
  /** What failed, to try again. */
  let lastAction: () => Promise<unknown> = async () => undefined;
  const amount = (): bigint | undefined => parsedValue(parseOpen(amountText()));
  const valid = (): boolean => (amount() ?? 0n) > 0n;
  let abort: AbortController | undefined;
  onCleanup(() => abort?.abort());
  createEffect(
    on(
      () => properties.open,
      (open) => {
        if (!open) return;
        void discover().catch((error: unknown) => {
          // Locked keys are a state, with their own way on.
          if (toTributaryError(error).code !== 'KEYS_LOCKED') setFailure(() => error);
        });
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
  const unfinished = createLoaded(
    () => {
      paymentRevision();
      return properties.open ? walletView().wallet?.address : undefined;
    },
    () => unfinishedSetUp(),
  );
  const guarded = async (action: () => Promise<unknown>): Promise<void> => {
    lastAction = action;
    setFailure(undefined);
    try {
      await action();
    } catch (error) {
      if (!isAbort(error)) setFailure(() => error);
    }
  };
  const setUp = async (): Promise<void> => {
    const total = amount();
    if (total === undefined) return;
    abort = new AbortController();
    setBusy(true);
    setProgress({});
    try {
      await setUpPayment(total, (step, state) => setProgress((known) => ({ ...known, [step]: state })), abort.signal);
      toast(t('chat.setUpDone'));
      properties.onOpenChange(false);
    } finally {
      setBusy(false);
    }
  };
  const start = (): Promise<void> => guarded(setUp);
  const isWrongChain = (): boolean => {
    const error = failure();
    return walletView().wrongChain === true || (error instanceof TributaryError && error.code === 'WALLET_WRONG_CHAIN');
  };
  const actionLabel = (): string | undefined => {
    if (isWrongChain()) return t('chat.switchChain', { chain: chainName() });
    const error = failure();
    // The transaction is out: the next try looks for it and sends nothing twice.
    return error instanceof TributaryError && error.code === 'TRANSACTION_PENDING' ? t('chat.checkAgain') : undefined;
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
            busy={busy()}
            disabled={walletView().wallet === undefined || keyLock().locked || !valid()}
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
                    {(held) => <>{t('chat.setUpBalance', { amount: formatOpen(held().open, 2) })}</>}
                  </Show>
                  <Button kind="quiet" size="small" onClick={() => void disconnectWallet()}>
                    {t('chat.setUpOther')}
                  </Button>
                </span>
              </div>
            )}
          </Show>
        </section>
        <WrongChain />
        <UnlockKeys />
        <Show when={unfinished.value()}>
          {(earlier) => (
            <Banner>
              {t('chat.setUpUnfinished', {
                deposited: formatOpen(earlier().deposited, 6),
                allowed: formatOpen(earlier().allowed, 6),
              })}
            </Banner>
          )}
        </Show>
        <AmountField
          label={t('chat.setUpAmount')}
          text={amountText()}
          onText={setAmountText}
          hint={answers() === undefined ? undefined : t('chat.setUpAmountHint', { answers: answers() ?? 0 })}
          error={valid() ? undefined : t('chat.setUpAmountBad')}
        />
        <div role="status">
          <Show when={busy() || failure() !== undefined}>
            <ol class="grid gap-1.5">
              <For each={steps.filter((name) => name !== 'faucet' || progress().faucet !== undefined)}>
                {(name) => {
                  const state = (): SetUpStepState | undefined => progress()[name];
                  const isDone = (): boolean => state() === 'done' || state() === 'already';
                  return (
                    <li
                      class={`flex items-center gap-2 ${state() === 'running' ? 'font-medium' : 'text-muted'}`}
                      aria-current={busy() && state() === 'running' ? 'step' : undefined}
                    >
                      <Icon name={isDone() ? 'check' : 'chevron'} size={16} />
                      {t(stepKeys[name])}
                      <Show when={isDone()}>
                        <span>{state() === 'already' ? t('chat.stepAlready') : t('chat.stepDone')}</span>
                      </Show>
                    </li>
                  );
                }}
              </For>
            </ol>
          </Show>
        </div>
        <Show when={failure()}>
          {(error) => (
            <ErrorCard error={error()} onAction={() => void guarded(lastAction)} actionLabel={actionLabel()} />
          )}
        </Show>
      </div>
    </Dialog>
  );
}
