// Who signs rows and adapters: the connected wallet; where there is no chain, a key of this browser that can do nothing
// else. It is the key of the test wallet, so that rows signed before a chain came are its rows afterwards.
import { createSignal } from 'solid-js';
import type { Hex, MessageSigner } from '../../settlement/index.ts';
import { ownKey, readOwnKey } from './keys.ts';
import { isSharedOrigin } from './ownOrigin.ts';
import { hasChain, walletView } from './settlement.ts';

const [local, setLocal] = createSignal<MessageSigner | undefined>();

/** The signer, or undefined until one was chosen. */
export function currentSigner(): MessageSigner | undefined {
  return walletView().wallet ?? (hasChain() ? undefined : local());
}

async function open(privateKey: Hex): Promise<void> {
  const { localSigner } = await import('../../settlement/index.ts');
  setLocal(localSigner({ privateKey }));
}

/** Takes the key that this browser has already, if there is no chain. Throws `KEYS_LOCKED`. */
export async function restoreLocalSigner(): Promise<void> {
  if (hasChain() || local() !== undefined || isSharedOrigin(location.href)) return;
  const privateKey = await readOwnKey();
  if (privateKey !== undefined) await open(privateKey);
}

/** Makes a key, or takes the one that is there; two tabs get the same. Throws `APP_SHARED_ORIGIN`, `KEYS_LOCKED`. */
export async function chooseLocalSigner(): Promise<void> {
  if (local() === undefined) await open(await ownKey());
}
