// The state of this device, the peers and the chain, in a few words. Each chip links to its section of the settings. The chips
// show known state and start nothing.
import { A } from '@solidjs/router';
import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { config } from '../state/config.ts';
import { peersView } from '../state/peers.ts';
import { chainHealth, hasChain } from '../state/settlement.ts';

type Tone = 'good' | 'quiet' | 'attention';
const dots: Record<Tone, string> = { good: 'bg-success', quiet: 'border border-edge', attention: 'bg-warning' };

function Chip(properties: {
  readonly tone: Tone;
  readonly href: string;
  readonly children: JSX.Element;
  readonly hint?: string;
}): JSX.Element {
  return (
    <A
      href={properties.href}
      title={properties.hint}
      class="flex min-h-6 items-center gap-2 text-sm text-muted hover:text-text"
    >
      <span class={`size-2 shrink-0 rounded-full ${dots[properties.tone]}`} aria-hidden="true" />
      {properties.children}
    </A>
  );
}

export function StatusChips(): JSX.Element {
  const [online, setOnline] = createSignal(navigator.onLine);
  const update = (): void => void setOnline(navigator.onLine);
  onMount(() => {
    addEventListener('online', update);
    addEventListener('offline', update);
  });
  onCleanup(() => {
    removeEventListener('online', update);
    removeEventListener('offline', update);
  });
  const peers = (): { tone: Tone; text: string } => {
    const view = peersView();
    if (view.status === 'online')
      return { tone: 'good', text: t('shell.peersConnected', { count: view.connections.length }) };
    if (view.status === 'starting' || view.status === 'connecting')
      return { tone: 'quiet', text: t('shell.peersConnecting') };
    if (view.status === 'offline' || view.status === 'failed') return { tone: 'attention', text: t('shell.peersNone') };
    return {
      tone: 'quiet',
      text: view.status === 'alone' || config().relays.length === 0 ? t('shell.peersOff') : t('shell.peersIdle'),
    };
  };
  const chain = (): { tone: Tone; text: string } => {
    const deployment = config().deployment;
    if (!hasChain() || deployment === null) return { tone: 'quiet', text: t('shell.chainNone') };
    const name = deployment.chainName ?? String(deployment.chainId);
    const { state } = chainHealth();
    if (state === 'ready') return { tone: 'good', text: t('shell.chainReady', { chain: name }) };
    if (state === 'unknown' || state === 'none') return { tone: 'quiet', text: t('shell.chainIdle', { chain: name }) };
    return { tone: 'attention', text: t('shell.chainTrouble') };
  };
  return (
    <section aria-label={t('shell.status')} class="grid gap-1">
      <Show
        when={online()}
        fallback={
          <Chip tone="attention" href="/settings" hint={t('shell.offlineHint')}>
            {t('shell.offline')}
          </Chip>
        }
      >
        <Chip tone="good" href="/settings" hint={t('shell.localHint')}>
          {t('shell.local')}
        </Chip>
      </Show>
      <Chip tone={peers().tone} href="/settings">
        {peers().text}
      </Chip>
      <Chip tone={chain().tone} href="/settings">
        {chain().text}
      </Chip>
    </section>
  );
}
