// Connects a wallet: those that announced themselves, and on the local chain one that lives in this browser. Without a
// chain it says so, and at an address that is shared with other sites. A refusal in the wallet is said; the buttons stay.
import { createSignal, For, type JSX, onMount, Show } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import { isSharedOrigin } from '../state/ownOrigin.ts';
import { connectBurner, connectInjected, discover, hasChain, isLocalChain, walletView } from '../state/settlement.ts';
import { chooseLocalSigner, restoreLocalSigner } from '../state/signer.ts';
import { Banner, Button, ErrorCard } from '../ui/index.ts';
import { UnlockKeys } from './UnlockKeys.tsx';

export function WalletChoice(): JSX.Element {
  const [failure, setFailure] = createSignal<unknown>();
  const [rejected, setRejected] = createSignal(false);
  onMount(() => {
    Promise.all([discover(), restoreLocalSigner()]).catch((error: unknown) => {
      if (toTributaryError(error).code !== 'KEYS_LOCKED') setFailure(() => error);
    });
  });
  const connect = async (action: () => Promise<unknown>): Promise<void> => {
    setFailure(undefined);
    setRejected(false);
    try {
      await action();
    } catch (error) {
      if (toTributaryError(error).code === 'WALLET_REJECTED') setRejected(true);
      else setFailure(() => error);
    }
  };
  /** With the one key of this browser, once it is open. */
  const connectOwn = (): Promise<void> => connect(hasChain() ? connectBurner : chooseLocalSigner);
  return (
    <Show when={!isSharedOrigin(location.href)} fallback={<Banner kind="warning">{t('wallet.sharedOrigin')}</Banner>}>
      <UnlockKeys onUnlocked={() => void connectOwn()} />
      <Show
        when={hasChain()}
        fallback={
          <div class="grid gap-3">
            <Banner>{t('wallet.noChainSign')}</Banner>
            <div>
              <Button kind="primary" onClick={() => void connect(chooseLocalSigner)}>
                {t('wallet.localKey')}
              </Button>
            </div>
            <p class="text-sm text-muted">{t('wallet.localKeyHint')}</p>
            <Show when={failure()}>
              {(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}
            </Show>
          </div>
        }
      >
        <div class="grid gap-3">
          <div class="flex flex-wrap gap-2">
            <For each={walletView().announced}>
              {(wallet) => (
                <Button
                  icon="wallet"
                  busy={walletView().status === 'connecting'}
                  onClick={() => void connect(() => connectInjected(wallet))}
                >
                  {t('wallet.connect', { wallet: wallet.name })}
                </Button>
              )}
            </For>
            <Show when={isLocalChain()}>
              <Button icon="wallet" kind="primary" onClick={() => void connect(connectBurner)}>
                {t('wallet.connectBurner')}
              </Button>
            </Show>
          </div>
          <Show when={isLocalChain()}>
            <p class="text-sm text-muted">{t('wallet.burnerHint')}</p>
          </Show>
          <Show when={!isLocalChain() && walletView().announced.length === 0}>
            <p class="text-muted">{t('wallet.noWalletInstalled')}</p>
          </Show>
          <Show when={rejected()}>
            <Banner>{t('wallet.rejected')}</Banner>
          </Show>
          <Show when={failure()}>
            {(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}
          </Show>
        </div>
      </Show>
    </Show>
  );
}
