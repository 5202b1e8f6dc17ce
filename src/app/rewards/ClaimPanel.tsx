// Earned, claimed, claimable, and the one button that claims. The button's state comes from the chain; a claim that was
// sent survives reloads, failures of waiting and cancellations in the wallet until the chain shows what became of it.
import { createEffect, createSignal, For, type JSX, Match, on, onMount, Show, Switch } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import type { Claimable, Hex } from '../../settlement/index.ts';
import { t } from '../i18n/t.ts';
import { config } from '../state/config.ts';
import { claimRewards, claimTransaction } from '../state/rewards.ts';
import { Banner, Button, ErrorCard, formatOpen, shortHash, toast } from '../ui/index.ts';
import { type ClaimState, claimState } from './claimState.ts';
import { forgetPendingClaim, type PendingClaim, readPendingClaim, writePendingClaim } from './pendingClaim.ts';

/** How a claim ends without being paid. */
const ENDED = ['WALLET_REJECTED', 'TRANSACTION_CANCELLED', 'TRANSACTION_REPLACED', 'TRANSACTION_REVERTED'];
/** Claimed amounts are shown to the last wei. */
const EXACT = 18;

export function ClaimPanel(properties: {
  readonly watched: Hex;
  readonly connected: Hex | undefined;
  readonly wrongChain: boolean;
  readonly claimable: Claimable | undefined;
  readonly failure: unknown;
  readonly onReload: () => void;
}): JSX.Element {
  const [pending, setPending] = createSignal<PendingClaim>();
  const [sending, setSending] = createSignal(false);
  const [rejected, setRejected] = createSignal(false);
  /** The chain's server does not know the claim that was sent. */
  const [lost, setLost] = createSignal(false);
  const [failure, setFailure] = createSignal<unknown>();
  onMount(() => {
    readPendingClaim().then(setPending, (error: unknown) => setFailure(() => error));
  });

  const forget = async (): Promise<void> => {
    setPending(undefined);
    setLost(false);
    await forgetPendingClaim();
  };
  /** Asks what became of the claim that was sent; its effect on the amounts is seen by itself. */
  const check = async (sent: PendingClaim): Promise<void> => {
    // While the chain is away nothing is known, and that is said elsewhere.
    const state = await claimTransaction(sent.hash).catch(() => 'pending' as const);
    if (pending() !== sent) return;
    setLost(state === 'unknown');
    if (state === 'reverted') await forget();
  };
  createEffect(
    on([pending, () => properties.claimable], ([waiting, now]) => {
      if (waiting === undefined || now === undefined) return;
      if (waiting.address.toLowerCase() !== properties.watched.toLowerCase()) return;
      if (now.claimed > BigInt(waiting.claimedBefore)) void forget();
      else if (!sending()) void check(waiting);
    }),
  );

  const state = (): ClaimState =>
    claimState({
      watched: properties.watched,
      connected: properties.connected,
      wrongChain: properties.wrongChain,
      claimable: properties.claimable,
      pending: pending()?.address.toLowerCase() === properties.watched.toLowerCase() ? pending()?.hash : undefined,
    });

  const claim = async (): Promise<void> => {
    const { connected, claimable } = properties;
    if (connected === undefined || claimable === undefined) return;
    setSending(true);
    setRejected(false);
    setLost(false);
    setFailure(undefined);
    const genesisHash = config().deployment?.genesisHash;
    const chain = genesisHash === undefined ? {} : { genesisHash };
    try {
      const { amount } = await claimRewards(connected, (hash) => {
        const sent: PendingClaim = { address: connected, hash, claimedBefore: claimable.claimed.toString(), ...chain };
        setPending(sent);
        // The claim is in progress; if the record cannot be stored, only a reload loses it.
        writePendingClaim(sent).catch((error: unknown) => setFailure(() => error));
      });
      toast(t('rewards.claimDone', { amount: formatOpen(amount, EXACT) }));
      properties.onReload();
    } catch (error) {
      const { code } = toTributaryError(error);
      // Only what is known to have ended is forgotten: a claim that could not be waited for may still be paid.
      if (ENDED.includes(code)) await forget();
      if (code === 'WALLET_REJECTED') setRejected(true);
      else setFailure(() => error);
      properties.onReload();
    } finally {
      setSending(false);
    }
  };

  /** A claim that is out is looked for; it is not sent a second time. */
  const retry = (): void => {
    setFailure(undefined);
    if (pending() === undefined) void claim();
    else properties.onReload();
  };

  const figures = (): readonly (readonly [string, bigint | undefined, string])[] => [
    [t('rewards.earned'), properties.claimable?.cumulative, t('rewards.earnedHint')],
    [t('rewards.claimable'), properties.claimable?.amount, t('rewards.claimableHint')],
    [t('rewards.claimed'), properties.claimable?.claimed, t('rewards.claimedHint')],
  ];
  const amount = (): bigint => {
    const current = state();
    return 'amount' in current ? current.amount : 0n;
  };
  const hash = (): string => {
    const current = state();
    return current.kind === 'pending' ? current.hash : '';
  };

  return (
    <section
      class="grid gap-5 rounded-2xl border border-line bg-surface p-5 sm:p-6"
      aria-label={t('rewards.claimable')}
    >
      <dl class="grid gap-4 sm:grid-cols-3">
        <For each={figures()}>
          {([name, value, hint]) => (
            <div class="grid gap-0.5">
              <dt class="text-sm text-muted">{name}</dt>
              <dd
                class="tabular text-2xl font-semibold wrap-anywhere"
                title={value === undefined ? undefined : `${value} wei`}
              >
                {value === undefined ? '–' : formatOpen(value)}
              </dd>
              <dd class="text-sm text-muted">{hint}</dd>
            </div>
          )}
        </For>
      </dl>
      <Show when={properties.failure}>{(error) => <ErrorCard error={error()} onAction={properties.onReload} />}</Show>
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={retry} />}</Show>
      <Show when={rejected()}>
        <Banner>{t('rewards.notSigned')}</Banner>
      </Show>
      <Switch>
        <Match when={state().kind === 'ready'}>
          <div>
            <Button kind="primary" busy={sending()} onClick={() => void claim()}>
              {t('rewards.claim', { amount: formatOpen(amount(), EXACT) })}
            </Button>
          </div>
        </Match>
        <Match when={state().kind === 'nothing'}>
          <div class="flex flex-wrap items-center gap-3">
            <Button kind="primary" disabled>
              {t('rewards.claimNothing')}
            </Button>
            <span class="text-sm text-muted">{t('rewards.claimNothingHint')}</span>
          </div>
        </Match>
        <Match when={state().kind === 'pending'}>
          <div class="flex flex-wrap items-center gap-3" role="status">
            <Button kind="primary" busy disabled>
              {t('rewards.claimPending')}
            </Button>
            <span class="text-sm text-muted">
              {t(lost() ? 'rewards.claimLost' : 'rewards.claimPendingText', { hash: shortHash(hash()) })}
            </span>
            <Show when={lost() && !sending()}>
              <Button size="small" onClick={() => void claim()}>
                {t('rewards.claimAgain')}
              </Button>
            </Show>
            <Show when={!sending()}>
              <Button size="small" kind="quiet" onClick={() => void forget()}>
                {t('rewards.claimForget')}
              </Button>
            </Show>
          </div>
        </Match>
        <Match when={state().kind === 'wrongChain'}>
          <div class="flex flex-wrap items-center gap-3">
            <Button kind="primary" busy={sending()} onClick={() => void claim()}>
              {t('rewards.claimSwitch', {
                chain: config().deployment?.chainName ?? '',
                amount: formatOpen(amount(), EXACT),
              })}
            </Button>
            <span class="text-sm text-muted">{t('rewards.wrongChain')}</span>
          </div>
        </Match>
        <Match when={state().kind === 'watching'}>
          <p>{t('rewards.claimWatching', { amount: formatOpen(amount()) })}</p>
        </Match>
      </Switch>
    </section>
  );
}
