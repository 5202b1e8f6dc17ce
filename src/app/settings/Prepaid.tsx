// The escrow balance for answers: how to withdraw it (after a waiting time), and how to revoke this browser's session
// key.
import { createSignal, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { createLoaded } from '../state/live.ts';
import {
  cancelPrepaidThaw,
  hasSession,
  paymentRevision,
  revokeSession,
  thawPrepaid,
  withdrawPrepaid,
} from '../state/payments.ts';
import { settlement, walletView } from '../state/settlement.ts';
import { Button, ErrorCard, formatDateTime, formatOpen, toast } from '../ui/index.ts';

export function Prepaid(): JSX.Element {
  const [turn, setTurn] = createSignal(0);
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<unknown>();
  const source = () => {
    paymentRevision();
    turn();
    const address = walletView().wallet?.address;
    return address === undefined ? undefined : { address };
  };
  const held = createLoaded(source, async ({ address }, signal) => {
    const open = await settlement();
    const [balances, { now }, session] = await Promise.all([
      open.balances(address, { signal }),
      open.epoch({ signal }),
      hasSession(address),
    ]);
    return { ...balances, now, session };
  });
  const run = async (action: () => Promise<unknown>, done: string): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await action();
      toast(done);
    } catch (error) {
      setFailure(() => error);
    } finally {
      setBusy(false);
      setTurn((count) => count + 1);
    }
  };
  return (
    <Show when={held.value()}>
      {(now) => (
        <div class="grid gap-3">
          <h3 class="font-medium">{t('settings.prepaid')}</h3>
          <dl class="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_1fr]">
            <dt class="text-muted">{t('settings.prepaidAmount')}</dt>
            <dd class="tabular">{formatOpen(now().escrow)}</dd>
            <Show when={now().thawing > 0n}>
              <dt class="text-muted">{t('settings.prepaidThawing')}</dt>
              <dd class="tabular">
                {now().thawEnd <= now().now
                  ? t('settings.prepaidNow', { amount: formatOpen(now().thawing) })
                  : t('settings.prepaidThawingUntil', {
                      amount: formatOpen(now().thawing),
                      time: formatDateTime(now().thawEnd * 1000),
                    })}
              </dd>
            </Show>
          </dl>
          <p class="text-sm text-muted">{t('settings.prepaidLead')}</p>
          <div class="flex flex-wrap gap-2">
            <Show
              when={now().thawing > 0n}
              fallback={
                <Button
                  size="small"
                  busy={busy()}
                  disabled={now().escrow === 0n}
                  onClick={() => void run(thawPrepaid, t('settings.thawed'))}
                >
                  {t('settings.thaw')}
                </Button>
              }
            >
              <Button
                size="small"
                kind="primary"
                busy={busy()}
                disabled={now().thawEnd > now().now}
                onClick={() => void run(withdrawPrepaid, t('settings.withdrawn'))}
              >
                {t('settings.withdraw', { amount: formatOpen(now().thawing) })}
              </Button>
              <Button size="small" busy={busy()} onClick={() => void run(cancelPrepaidThaw, t('settings.saved'))}>
                {t('settings.cancelThaw')}
              </Button>
            </Show>
            <Button
              size="small"
              kind="quiet"
              busy={busy()}
              disabled={!now().session}
              onClick={() => void run(revokeSession, t('settings.revoked'))}
            >
              {t('settings.revoke')}
            </Button>
          </div>
          <Show when={failure()}>
            {(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}
          </Show>
        </div>
      )}
    </Show>
  );
}
