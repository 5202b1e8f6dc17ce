// The room "rewards": earned, claimable and claimed amounts of one address; the state of the epochs and what anyone may do; the
// answers behind them. Every state is read from the chain, once there is a wallet, an address or a wish to see it;
// #/rewards?address=0x... looks at any address without a wallet.
import { useSearchParams } from '@solidjs/router';
import { createEffect, createMemo, createSignal, type JSX, on, onCleanup, onMount, Show } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import type { Hex } from '../../settlement/index.ts';
import { t } from '../i18n/t.ts';
import { createLoaded } from '../state/live.ts';
import { readClaimable, readRewards } from '../state/rewards.ts';
import { discover, hasChain, walletView } from '../state/settlement.ts';
import { followPayments, knownVouchers, loadOwnPayments } from '../state/voucherInbox.ts';
import {
  Banner,
  Button,
  EmptyState,
  ErrorCard,
  Field,
  formatDateTime,
  Page,
  Section,
  shortAddress,
} from '../ui/index.ts';
import { WalletChoice } from '../wallet/WalletChoice.tsx';
import { WrongChain } from '../wallet/WrongChain.tsx';
import { Breakdown } from './Breakdown.tsx';
import { ClaimPanel } from './ClaimPanel.tsx';
import { readAddress } from './claimState.ts';
import { SettlePanel } from './SettlePanel.tsx';

/** Local chains produce blocks fast, public ones slowly; a reading is cheap. */
const READING_INTERVAL = 6_000;

export function Rewards(): JSX.Element {
  return (
    <Page title={t('rewards.title')} lead={t('rewards.lead')}>
      <Show
        when={hasChain()}
        fallback={
          <EmptyState icon="rewards" title={t('rewards.noChain')}>
            {t('rewards.noChainText')}
          </EmptyState>
        }
      >
        <OnChain />
      </Show>
    </Page>
  );
}

function OnChain(): JSX.Element {
  const [search, setSearch] = useSearchParams<{ address?: string }>();
  const [failure, setFailure] = createSignal<unknown>();
  const connected = (): Hex | undefined => walletView().wallet?.address;
  const asked = (): Hex | undefined => readAddress(search.address ?? '');
  const watched = (): Hex | undefined => asked() ?? connected();
  /** Somebody without a wallet and an address may still look at the epochs. */
  const [wantsEpochs, setWantsEpochs] = createSignal(false);
  const reads = createMemo<boolean>((before) => before || watched() !== undefined || wantsEpochs(), false);
  const isOwn = (): boolean => watched()?.toLowerCase() === connected()?.toLowerCase();

  const reading = createLoaded(
    () => (reads() ? { connected: connected(), vouchers: knownVouchers() } : undefined),
    ({ connected: account }) => readRewards(account),
  );
  const claimable = createLoaded(watched, (address) => readClaimable(address));
  const reload = (): void => {
    reading.reload();
    claimable.reload();
  };

  onMount(() => {
    discover().catch((error: unknown) => {
      // Locked keys are a state; the choice of a wallet shows the way to unlock them.
      if (toTributaryError(error).code !== 'KEYS_LOCKED') setFailure(() => error);
    });
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, READING_INTERVAL);
    onCleanup(() => clearInterval(timer));
  });
  createEffect(() => {
    if (reads()) Promise.all([loadOwnPayments(), followPayments()]).catch((error: unknown) => setFailure(() => error));
  });
  // A new final root changes what can be claimed.
  createEffect(
    on(
      () => reading.value()?.rewards.current.root,
      (root, before) => {
        if (before !== undefined && root !== before) claimable.reload();
      },
    ),
  );

  return (
    <>
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}</Show>
      <Show
        when={watched()}
        fallback={
          <EmptyState icon="wallet" title={t('rewards.noAddress')} action={<WalletChoice />}>
            {t('rewards.noAddressText')}
          </EmptyState>
        }
      >
        {(address) => (
          <>
            <Show
              when={!isOwn()}
              fallback={<p class="text-muted wrap-anywhere">{t('rewards.connectedAs', { address: address() })}</p>}
            >
              <Banner
                action={
                  <Show when={connected()}>
                    <Button size="small" onClick={() => setSearch({ address: undefined })}>
                      {t('rewards.watchOwn')}
                    </Button>
                  </Show>
                }
              >
                {t('rewards.watching', { address: shortAddress(address()) })}
              </Banner>
            </Show>
            <WrongChain />
            <ClaimPanel
              watched={address()}
              connected={connected()}
              wrongChain={walletView().wrongChain === true}
              claimable={claimable.value()}
              failure={claimable.error()}
              onReload={reload}
            />
          </>
        )}
      </Show>
      <AddressForm address={asked()} onLook={(address) => setSearch({ address })} />
      <Show when={!reads()}>
        <Section title={t('rewards.epochsTitle')} lead={t('rewards.epochLead')}>
          <div>
            <Button icon="refresh" onClick={() => setWantsEpochs(true)}>
              {t('rewards.showEpochs')}
            </Button>
          </div>
        </Section>
      </Show>
      <Show when={reading.error()}>
        {(error) => <ErrorCard error={toTributaryError(error())} onAction={reading.reload} />}
      </Show>
      <Show when={reading.value()}>
        {(read) => (
          <>
            <SettlePanel reading={read()} connected={connected()} onReload={reload} />
            <Show when={watched()}>
              {(address) => <Breakdown address={address()} ownerShares={read().ownerShares} />}
            </Show>
            <p class="flex flex-wrap items-center gap-3 text-sm text-muted">
              {t('rewards.readAt', { time: formatDateTime(read().readAt) })}
              <Button size="small" kind="quiet" icon="refresh" onClick={reload}>
                {t('rewards.refresh')}
              </Button>
            </p>
          </>
        )}
      </Show>
    </>
  );
}

function AddressForm(properties: {
  readonly address: string | undefined;
  readonly onLook: (address: string) => void;
}): JSX.Element {
  const [text, setText] = createSignal(properties.address ?? '');
  const [wrong, setWrong] = createSignal(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const address = readAddress(text());
    setWrong(address === undefined);
    if (address !== undefined) properties.onLook(address);
  };
  return (
    <form class="flex flex-wrap items-start gap-2" onSubmit={submit}>
      <Field
        class="min-w-0 flex-1 basis-64"
        label={t('rewards.address')}
        hint={t('rewards.addressHint')}
        error={wrong() ? t('rewards.addressInvalid') : undefined}
        spellcheck={false}
        autocomplete="off"
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" icon="search" class="mt-6.5">
        {t('rewards.addressLook')}
      </Button>
    </form>
  );
}
