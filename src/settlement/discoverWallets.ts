// EIP-6963: wallets announce themselves by window events; several can be installed side by side.
import type { AnnouncedWallet, Eip1193Provider, WalletDiscovery } from './types/wallet.ts';

interface Announcement {
  readonly info: { readonly uuid: string; readonly rdns: string; readonly name: string; readonly icon: string };
  readonly provider: Eip1193Provider;
}

function isAnnouncement(value: unknown): value is Announcement {
  const { info, provider } = (value ?? {}) as Partial<Announcement>;
  return (
    [info?.uuid, info?.rdns, info?.name, info?.icon].every((field) => typeof field === 'string') &&
    typeof provider?.request === 'function'
  );
}

/**
 * Asks the installed wallets to announce themselves and keeps listening until `stop`. `onChange` is called with the whole
 * list whenever one is added. `target` is the window, or any event target in tests.
 */
export function discoverWallets({
  onChange,
  target = globalThis as unknown as EventTarget,
}: {
  readonly onChange?: ((wallets: readonly AnnouncedWallet[]) => void) | undefined;
  readonly target?: EventTarget;
} = {}): WalletDiscovery {
  const found = new Map<string, AnnouncedWallet>();
  const listener = (event: Event): void => {
    const { detail } = event as CustomEvent<unknown>;
    if (!isAnnouncement(detail)) return;
    const { info, provider } = detail;
    if (found.has(info.uuid)) return;
    // Only an image may be shown as an icon: a script URL must not reach an `<img>` or a link.
    const icon = info.icon.startsWith('data:image/') ? info.icon : '';
    found.set(info.uuid, { uuid: info.uuid, rdns: info.rdns, name: info.name, icon, provider });
    onChange?.([...found.values()]);
  };
  target.addEventListener('eip6963:announceProvider', listener);
  target.dispatchEvent(new Event('eip6963:requestProvider'));
  return {
    wallets: () => [...found.values()],
    stop: () => target.removeEventListener('eip6963:announceProvider', listener),
  };
}
