// The connected wallet is on another chain: said at once, with the switch, not only when a transaction fails.
import { createSignal, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { config } from '../state/config.ts';
import { switchWalletChain, walletView } from '../state/settlement.ts';
import { Banner, Button, ErrorCard } from '../ui/index.ts';

export function WrongChain(): JSX.Element {
  const [failure, setFailure] = createSignal<unknown>();
  const chain = (): string => config().deployment?.chainName ?? '';
  const change = (): void => {
    setFailure(undefined);
    switchWalletChain().catch((error: unknown) => setFailure(() => error));
  };
  return (
    <Show when={walletView().wrongChain === true}>
      <div class="grid gap-2">
        <Banner
          kind="warning"
          action={
            <Button size="small" onClick={change}>
              {t('wallet.switchChain', { chain: chain() })}
            </Button>
          }
        >
          {t('wallet.wrongChain', { chain: chain() })}
        </Banner>
        <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={change} />}</Show>
      </div>
    </Show>
  );
}
