// Who signs rows and adapters: the connected wallet; where there is no chain, a key of this browser that can do nothing
// else. It is the key of the test wallet, so that rows signed before a chain came are its rows afterwards.
import { createSignal } from 'solid-js';
import type { Hex, MessageSigner } from '../../settlement/index.ts';
import { readSetting, writeSetting } from '../../store/index.ts';
import { settingKeys } from './settingKeys.ts';
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

/** Takes the key that this browser has already, if there is no chain. */
export async function restoreLocalSigner(): Promise<void> {
  if (hasChain() || local() !== undefined) return;
  const privateKey = await readSetting<Hex>(settingKeys.burnerKey);
  if (privateKey !== undefined) await open(privateKey);
}

/** Makes a key, or takes the one that is there. */
export async function chooseLocalSigner(): Promise<void> {
  await restoreLocalSigner();
  if (local() !== undefined) return;
  const { createBurnerKey } = await import('../../settlement/index.ts');
  const privateKey = createBurnerKey();
  await writeSetting(settingKeys.burnerKey, privateKey);
  await open(privateKey);
}
