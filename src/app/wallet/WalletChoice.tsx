// Connects a wallet: those that announced themselves, and on the local chain one that lives in this browser. Without a
// chain it says so. A refusal in the wallet is no failure: the buttons stay.
import { createSignal, For, type JSX, onMount, Show } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import { connectBurner, connectInjected, discover, hasChain, isLocalChain, walletView } from '../state/settlement.ts';
import { chooseLocalSigner, restoreLocalSigner } from '../state/signer.ts';
import { Banner, Button, ErrorCard } from '../ui/index.ts';

export function WalletChoice(): JSX.Element {
  const [failure, setFailure] = createSignal<unknown>();
  onMount(() => {
    Promise.all([discover(), restoreLocalSigner()]).catch((error: unknown) => setFailure(() => error));
  });
  const connect = async (action: () => Promise<unknown>): Promise<void> => {
    setFailure(undefined);
    try {
      await action();
    } catch (error) {
      if (toTributaryError(error).code !== 'WALLET_REJECTED') setFailure(() => error);
    }
  };
  return (
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
        <Show when={failure()}>{(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}</Show>
      </div>
    </Show>
  );
}
