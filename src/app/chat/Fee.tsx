// What an answer costs and who gets it: before (the most it can cost), after (the exact split), paid or not, and why not.
import { For, type JSX, Match, Show, Switch } from 'solid-js';
import type { MessageRecord } from '../../store/index.ts';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import { t } from '../i18n/t.ts';
import { createLoaded } from '../state/live.ts';
import { type PaymentReadiness, splitOf } from '../state/payments.ts';
import { Button, ErrorCard, formatOpen } from '../ui/index.ts';
import { UnlockKeys } from '../wallet/UnlockKeys.tsx';

const unpaidKeys = {
  noChain: 'chat.unpaidNoChain',
  noModel: 'chat.unpaidNoModel',
  free: 'chat.unpaidFree',
  noWallet: 'chat.unpaidNoWallet',
  notSetUp: 'chat.unpaidNotSetUp',
  ended: 'chat.unpaidEnded',
  locked: 'chat.unpaidLocked',
  exhausted: 'chat.unpaidExhausted',
} as const;

export function Fee(properties: {
  readonly message: MessageRecord;
  readonly readiness: PaymentReadiness | undefined;
  readonly onSetUp: () => void;
  /** Pays this answer after all; undefined while that, or something else, is done to it. */
  readonly onPay: (() => void) | undefined;
  readonly onRetry: () => void;
}): JSX.Element {
  const terms = () => {
    const { readiness } = properties;
    return readiness !== undefined && 'terms' in readiness ? readiness.terms : undefined;
  };
  const amount = (): bigint | undefined => {
    if (properties.message.fee !== undefined) return properties.message.fee;
    const asked = terms();
    return asked === undefined
      ? undefined
      : answerPrice({ price: asked.price, tokens: properties.message.usage?.completionTokens ?? 0 });
  };
  const split = createLoaded(
    () => {
      const total = amount();
      const asked = terms();
      return total === undefined || asked === undefined || total === 0n
        ? undefined
        : { total, ownerBps: asked.ownerBps };
    },
    ({ total, ownerBps }) => splitOf(total, ownerBps),
  );
  const parts = (): [string, bigint][] => {
    const divided = split.value();
    if (divided === undefined) return [];
    return [
      [t('chat.feeContributors'), divided.contributors],
      [t('chat.feeOwner'), divided.owner],
      [t('chat.feeProtocol'), divided.protocol],
      [t('chat.feeAttestors'), divided.attestors],
      [t('chat.feeCollector'), divided.collector],
    ];
  };
  const unpaid = () => {
    const status = properties.readiness?.status;
    return status === undefined || status === 'ready' || status === 'trouble' ? undefined : status;
  };
  const left = (): bigint | undefined =>
    properties.readiness?.status === 'ready' ? properties.readiness.left : undefined;
  const paid = (): boolean => properties.message.fee !== undefined;
  /** What is left may be less than this answer costs. */
  const affordable = (): boolean => left() !== undefined && (amount() ?? 0n) <= (left() ?? 0n);
  const wayOn = (): 'chat.setUp' | 'chat.topUp' | undefined => {
    if (paid()) return undefined;
    if (unpaid() === 'exhausted' || (left() !== undefined && !affordable())) return 'chat.topUp';
    return ['noWallet', 'notSetUp', 'ended'].includes(unpaid() ?? '') ? 'chat.setUp' : undefined;
  };
  return (
    <div class="grid gap-3">
      <Show when={amount() !== undefined}>
        <div class="flex items-baseline justify-between gap-4">
          <span class="flex items-center gap-2">
            {t('chat.feeTotal')}
            <span
              class={`rounded-full px-2 py-0.5 text-xs font-medium ${paid() ? 'bg-success-soft text-success' : 'border border-edge text-muted'}`}
            >
              {paid() ? t('chat.paid') : t('chat.unpaid')}
            </span>
          </span>
          <span class="tabular font-semibold">{formatOpen(amount() ?? 0n, 6, 'up')}</span>
        </div>
        <Show when={parts().length > 0}>
          <dl class="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 text-sm" aria-label={t('chat.feeSplit')}>
            <For each={parts()}>
              {([name, part]) => (
                <>
                  <dt class="text-muted">{name}</dt>
                  <dd class="tabular text-end">{formatOpen(part, 8)}</dd>
                </>
              )}
            </For>
          </dl>
        </Show>
      </Show>
      <Switch>
        <Match when={paid()}>
          <p class="text-sm text-muted">
            {t('chat.paidNote', { amount: formatOpen(properties.message.fee ?? 0n, 6, 'up') })}
          </p>
        </Match>
        <Match when={properties.readiness?.status === 'trouble' ? properties.readiness : undefined}>
          {(trouble) => <ErrorCard error={(trouble() as { error: unknown }).error} onAction={properties.onRetry} />}
        </Match>
        <Match when={properties.readiness === undefined}>
          <p class="text-sm text-muted">{t('chat.unpaidReading')}</p>
        </Match>
        <Match when={affordable()}>
          <p class="text-sm text-muted">{t('chat.unpaidReady')}</p>
        </Match>
        <Match when={left() !== undefined}>
          <p class="text-sm text-muted">{t('chat.unpaidTooDear')}</p>
        </Match>
        <Match when={unpaid()}>{(status) => <p class="text-sm text-muted">{t(unpaidKeys[status()])}</p>}</Match>
      </Switch>
      <Show when={unpaid() === 'locked'}>
        <UnlockKeys onUnlocked={properties.onRetry} />
      </Show>
      <Show when={wayOn()}>
        {(name) => (
          <Button
            kind="secondary"
            size="small"
            icon="wallet"
            class="justify-self-start"
            onClick={() => properties.onSetUp()}
          >
            {t(name())}
          </Button>
        )}
      </Show>
      <Show when={!paid() && affordable() ? properties.onPay : undefined}>
        {(pay) => (
          <Button kind="primary" size="small" icon="wallet" class="justify-self-start" onClick={() => pay()()}>
            {t('chat.payAnswer')}
          </Button>
        )}
      </Show>
      <Show when={terms()}>
        {(asked) => (
          <p class="text-xs text-muted">
            {t('chat.feePrice', { amount: formatOpen(asked().price, 6, 'up') })}.{' '}
            {left() === undefined ? '' : `${t('chat.left', { amount: formatOpen(left() ?? 0n, 4) })}. `}
            {t('chat.payHonest')}
          </p>
        )}
      </Show>
    </div>
  );
}
