// The state of the epochs, and the three steps that anyone may take: collect, propose, finalise.
import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import type { Hex } from '../../settlement/index.ts';
import { type EpochPhase, epochPhase } from '../../workflows/epochs/epochPhase.ts';
import type { ProposeStep } from '../../workflows/epochs/proposeEpoch.ts';
import { type TextKey, t } from '../i18n/t.ts';
import { createLoaded } from '../state/live.ts';
import { collectOpenVouchers, finalizePending, proposeShares, type RewardsReading } from '../state/rewards.ts';
import { settlement } from '../state/settlement.ts';
import { refusedPayments } from '../state/voucherInbox.ts';
import {
  Banner,
  Button,
  ErrorCard,
  errorText,
  formatDuration,
  formatList,
  formatOpen,
  Meter,
  Progress,
  Section,
  toast,
} from '../ui/index.ts';
import { WalletChoice } from '../wallet/WalletChoice.tsx';

type Step = 'collect' | 'propose' | 'finalize';

export function SettlePanel(properties: {
  readonly reading: RewardsReading;
  readonly connected: Hex | undefined;
  readonly onReload: () => void;
}): JSX.Element {
  const [busy, setBusy] = createSignal<Step>();
  const [proposeStep, setProposeStep] = createSignal<ProposeStep>('ledger');
  const [failure, setFailure] = createSignal<unknown>();
  const [rejected, setRejected] = createSignal(false);
  const [refused, setRefused] = createSignal<string>();
  const [time, setTime] = createSignal(Date.now());
  const timer = setInterval(() => setTime(Date.now()), 1000);
  onCleanup(() => clearInterval(timer));

  const profile = createLoaded(
    () => true,
    async () => (await settlement()).deployment.profile,
  );
  /** The chain's clock, extrapolated from the last reading. */
  const now = (): number => properties.reading.epoch.now + Math.max(0, (time() - properties.reading.readAt) / 1000);
  const phase = (): EpochPhase | undefined => {
    const { epoch, rewards, funded } = properties.reading;
    const known = profile.value();
    if (known === undefined || (funded === undefined && rewards.pending.status === 'none')) return undefined;
    return epochPhase(epoch, rewards, known, now(), funded?.epoch ?? rewards.nextEpoch);
  };
  const left = (until: number): string => formatDuration(1000 * Math.max(0, Math.ceil(until - now())));
  const phaseText = (): string => {
    const current = phase();
    if (current === undefined) return t('rewards.phase.none');
    return t(`rewards.phase.${current.kind}`, {
      epoch: current.epoch.toString(),
      amount: formatOpen(properties.reading.funded?.total ?? 0n),
      time: 'until' in current ? left(current.until) : '',
    });
  };
  const label = (named: 'rewards.propose' | 'rewards.finalize', plain: TextKey): string => {
    const epoch = phase()?.epoch;
    return epoch === undefined ? t(plain) : t(named, { epoch: epoch.toString() });
  };
  const open = (): bigint => properties.reading.vouchers.reduce((sum, voucher) => sum + voucher.amount, 0n);
  const running = () => properties.reading.epoch;

  const attempt = async (step: Step, work: (account: Hex) => Promise<string>): Promise<void> => {
    const { connected } = properties;
    if (connected === undefined || busy() !== undefined) return;
    setBusy(step);
    setFailure(undefined);
    setRejected(false);
    setRefused(undefined);
    try {
      toast(await work(connected));
    } catch (error) {
      if (toTributaryError(error).code === 'WALLET_REJECTED') setRejected(true);
      else setFailure(() => error);
    } finally {
      setBusy(undefined);
      properties.onReload();
    }
  };
  const collect = (): Promise<void> =>
    attempt('collect', async (account) => {
      const result = await collectOpenVouchers(properties.reading.vouchers, account);
      if (result.refused.length > 0) {
        const reasons = formatList([
          ...new Set(result.refused.map(({ reason }) => errorText({ code: reason, facts: {} }).title)),
        ]);
        setRefused(t('rewards.collectRefused', { count: result.refused.length, reasons }));
      }
      return t('rewards.collected', { amount: formatOpen(result.total) });
    });
  const propose = (): Promise<void> =>
    attempt('propose', async (account) => {
      const { funded } = properties.reading;
      if (funded === undefined) return t('rewards.phase.none');
      await proposeShares(funded.epoch, account, setProposeStep);
      return t('rewards.proposed', { epoch: funded.epoch.toString() });
    });
  const finalize = (): Promise<void> =>
    attempt('finalize', async (account) => {
      const epoch = properties.reading.rewards.pending.epoch.toString();
      await finalizePending(account);
      return t('rewards.finalized', { epoch });
    });

  return (
    <>
      <Section title={t('rewards.epochTitle', { epoch: running().epoch.toString() })} lead={t('rewards.epochLead')}>
        <Meter
          label={t('rewards.epochNow')}
          value={Math.min(now(), running().endsAt) - running().startsAt}
          maximum={running().endsAt - running().startsAt}
          text={t('rewards.epochEnds', { time: left(running().endsAt) })}
        />
        <p class="text-sm text-muted">
          <Show when={properties.reading.rewards.current.status === 'final'} fallback={t('rewards.noRoot')}>
            {t('rewards.lastRoot', {
              epoch: properties.reading.rewards.current.epoch.toString(),
              claimed: formatOpen(properties.reading.rewards.totalClaimed),
              total: formatOpen(properties.reading.rewards.totalFunded),
            })}
          </Show>
        </p>
      </Section>
      <Section title={t('rewards.stepsTitle')} lead={t('rewards.stepsLead')}>
        <Show when={failure()}>{(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}</Show>
        <Show when={rejected()}>
          <Banner>{t('rewards.notSigned')}</Banner>
        </Show>
        <Show when={refused()}>{(text) => <Banner kind="warning">{text()}</Banner>}</Show>
        <Show when={refusedPayments() > 0}>
          <p class="text-sm text-muted">{t('rewards.refused', { count: refusedPayments() })}</p>
        </Show>
        <Show when={properties.connected === undefined}>
          <div class="grid gap-2">
            <p>{t('rewards.needWallet')}</p>
            <WalletChoice />
          </div>
        </Show>
        <ol class="grid gap-5">
          <SettleStep title={t('rewards.stepCollect')} text={t('rewards.stepCollectText')}>
            <p>
              {properties.reading.vouchers.length === 0
                ? t('rewards.collectNone')
                : t('rewards.collectOpen', {
                    count: properties.reading.vouchers.length,
                    amount: formatOpen(open()),
                  })}
            </p>
            <Button
              disabled={properties.connected === undefined || open() === 0n || busy() !== undefined}
              busy={busy() === 'collect'}
              onClick={() => void collect()}
            >
              {open() === 0n ? t('rewards.collectNothing') : t('rewards.collect', { amount: formatOpen(open()) })}
            </Button>
          </SettleStep>
          <SettleStep
            title={t('rewards.stepPropose')}
            text={
              properties.reading.requiredBond === 0n
                ? t('rewards.stepProposeTextNoBond')
                : t('rewards.stepProposeText', { bond: formatOpen(properties.reading.requiredBond, 6, 'up') })
            }
          >
            <p role="status">{phaseText()}</p>
            <Show when={busy() === 'propose'}>
              <Progress label={t(`rewards.proposeStep.${proposeStep()}`)} />
            </Show>
            <Button
              disabled={properties.connected === undefined || phase()?.kind !== 'proposable' || busy() !== undefined}
              busy={busy() === 'propose'}
              onClick={() => void propose()}
            >
              {label('rewards.propose', 'rewards.proposeNothing')}
            </Button>
          </SettleStep>
          <SettleStep title={t('rewards.stepFinalize')} text={t('rewards.stepFinalizeText')}>
            <Button
              disabled={properties.connected === undefined || phase()?.kind !== 'finalizable' || busy() !== undefined}
              busy={busy() === 'finalize'}
              onClick={() => void finalize()}
            >
              {label('rewards.finalize', 'rewards.finalizeNothing')}
            </Button>
          </SettleStep>
        </ol>
      </Section>
    </>
  );
}

function SettleStep(properties: {
  readonly title: string;
  readonly text: string;
  readonly children: JSX.Element;
}): JSX.Element {
  return (
    <li class="grid justify-items-start gap-2">
      <h3 class="font-medium">{properties.title}</h3>
      <p class="max-w-2xl text-sm text-muted">{properties.text}</p>
      {properties.children}
    </li>
  );
}
