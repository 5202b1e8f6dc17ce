// The chain: how it is, which address is asked, the contracts, the wallet, and the test wallet's key with a warning.
import { createSignal, For, type JSX, Match, onMount, Show, Switch } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import { config } from '../state/config.ts';
import { readOwnKey } from '../state/keys.ts';
import { isSharedOrigin } from '../state/ownOrigin.ts';
import {
  chainHealth,
  checkChain,
  connectBurner,
  connectInjected,
  deployment,
  disconnectWallet,
  discover,
  hasChain,
  isLocalChain,
  setRpcUrl,
  walletView,
} from '../state/settlement.ts';
import { Banner, Button, CopyButton, ErrorCard, Field, lazyPart, Section, shortAddress, toast } from '../ui/index.ts';
import { UnlockKeys } from '../wallet/UnlockKeys.tsx';
import { WrongChain } from '../wallet/WrongChain.tsx';
import { walletName } from '../wallet/walletName.ts';

const KeyProtection = lazyPart(async () => (await import('./KeyProtection.tsx')).KeyProtection);
const Prepaid = lazyPart(async () => (await import('./Prepaid.tsx')).Prepaid);

function healthText(): string {
  const health = chainHealth();
  switch (health.state) {
    case 'ready':
      return t('settings.health.ready', { block: Number(health.blockNumber) });
    case 'wrongChain':
      return t('settings.health.wrongChain', { chain: String(health.chainId) });
    case 'unreachable':
      return t('settings.health.unreachable');
    case 'reset':
      return t('settings.health.reset');
    case 'notDeployed':
      return t('settings.health.notDeployed');
    default:
      return t('settings.health.unknown');
  }
}

export function Chain(): JSX.Element {
  return (
    <Section title={t('settings.chain')} lead={t('settings.chainLead')}>
      <Show when={hasChain()} fallback={<p>{t('settings.chainNone')}</p>}>
        <Configured />
      </Show>
    </Section>
  );
}

function Configured(): JSX.Element {
  const [url, setUrl] = createSignal('');
  const [failure, setFailure] = createSignal<unknown>();
  const [burnerKey, setBurnerKey] = createSignal<string>();
  const known = () => config().deployment;
  const guarded = async (action: () => Promise<unknown>): Promise<void> => {
    setFailure(undefined);
    try {
      await action();
    } catch (error) {
      setFailure(() => error);
    }
  };
  onMount(() =>
    guarded(async () => {
      setUrl((await deployment())?.rpcUrl ?? '');
      // That the test wallet's key is locked is a state, shown with the way to unlock it.
      await discover().catch((error: unknown) => {
        if (toTributaryError(error).code !== 'KEYS_LOCKED') throw error;
      });
    }),
  );
  const urlValid = (): boolean => /^https?:\/\/\S+$/.test(url());
  const save = (value: string | undefined): Promise<void> =>
    guarded(async () => {
      await setRpcUrl(value);
      setUrl((await deployment())?.rpcUrl ?? '');
      toast(t('settings.saved'));
    });
  const showKey = (): Promise<void> => guarded(async () => setBurnerKey(await readOwnKey()));
  return (
    <>
      <dl class="grid items-center gap-x-6 gap-y-2 sm:grid-cols-[auto_1fr]">
        <dt class="text-muted">{t('settings.chainName')}</dt>
        <dd>
          {known()?.chainName} ({known()?.chainId})
        </dd>
        <dt class="text-muted">{t('settings.chainState')}</dt>
        <dd class="flex flex-wrap items-center gap-2">
          <span role="status">{healthText()}</span>
          <Button kind="quiet" size="small" icon="refresh" onClick={() => void guarded(checkChain)}>
            {t('settings.checkChain')}
          </Button>
        </dd>
      </dl>
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={() => void guarded(checkChain)} />}</Show>
      <form
        class="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (urlValid()) void save(url());
        }}
      >
        <Field
          label={t('settings.rpc')}
          type="url"
          hint={t('settings.rpcHint')}
          error={urlValid() || url() === '' ? undefined : t('settings.rpcBad')}
          value={url()}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
        <div class="flex flex-wrap gap-2">
          <Button type="submit" disabled={!urlValid()}>
            {t('settings.save')}
          </Button>
          <Button kind="quiet" onClick={() => void save(undefined)}>
            {t('settings.reset')}
          </Button>
        </div>
      </form>

      <div class="grid gap-3">
        <h3 class="font-medium">{t('settings.wallet')}</h3>
        <WrongChain />
        <Switch
          fallback={
            <>
              <UnlockKeys onUnlocked={() => void guarded(connectBurner)} />
              <p class="text-muted">{t('settings.walletNone')}</p>
              <div class="flex flex-wrap gap-2">
                <For each={walletView().announced}>
                  {(wallet) => (
                    <Button onClick={() => void guarded(() => connectInjected(wallet))}>
                      <Show when={wallet.icon !== ''}>
                        <img src={wallet.icon} alt="" class="size-5 rounded" />
                      </Show>
                      {t('settings.connect', { name: wallet.name })}
                    </Button>
                  )}
                </For>
                <Show when={isLocalChain()}>
                  <Button icon="wallet" onClick={() => void guarded(connectBurner)}>
                    {t('settings.connectBurner')}
                  </Button>
                </Show>
              </div>
            </>
          }
        >
          <Match when={isSharedOrigin(location.href)}>
            <Banner kind="warning">{t('wallet.sharedOrigin')}</Banner>
          </Match>
          <Match when={walletView().wallet}>
            {(wallet) => (
              <div class="flex flex-wrap items-center gap-2">
                <span>
                  {t('settings.walletConnected', {
                    name: walletName(wallet()),
                    address: shortAddress(wallet().address),
                  })}
                </span>
                <CopyButton text={wallet().address} />
                <Button kind="quiet" size="small" onClick={() => void guarded(disconnectWallet)}>
                  {t('settings.disconnect')}
                </Button>
              </div>
            )}
          </Match>
        </Switch>
        <Prepaid />
        <KeyProtection />
        <Show when={walletView().wallet?.kind === 'burner'}>
          <Banner
            kind="warning"
            action={
              <Button
                size="small"
                onClick={() => (burnerKey() === undefined ? void showKey() : setBurnerKey(undefined))}
              >
                {burnerKey() === undefined ? t('settings.burnerExport') : t('settings.burnerHide')}
              </Button>
            }
          >
            {t('settings.burnerWarning')}
          </Banner>
          <Show when={burnerKey()}>
            {(key) => (
              <div class="grid gap-1">
                <span class="text-sm text-muted">{t('settings.burnerKey')}</span>
                <span class="flex items-center gap-2">
                  <code class="font-mono text-sm wrap-anywhere">{key()}</code>
                  <CopyButton text={key()} />
                </span>
              </div>
            )}
          </Show>
        </Show>
      </div>

      <details>
        <summary class="min-h-8 font-medium text-accent underline underline-offset-2">
          {t('settings.contracts')}
        </summary>
        <dl class="grid gap-x-6 gap-y-1 pt-2 text-sm sm:grid-cols-[auto_1fr]">
          <For each={Object.entries(known()?.addresses ?? {})}>
            {([name, address]) => (
              <>
                <dt translate="no" class="text-muted">
                  {name}
                </dt>
                <dd class="font-mono wrap-anywhere">{address}</dd>
              </>
            )}
          </For>
        </dl>
      </details>
    </>
  );
}
