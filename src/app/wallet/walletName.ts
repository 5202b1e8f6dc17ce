// What a connected wallet is called: by its own name, or, where it is this browser's, in the chosen language.
import type { ConnectedWallet } from '../../settlement/index.ts';
import { t } from '../i18n/t.ts';

export function walletName({ kind, name }: Pick<ConnectedWallet, 'kind' | 'name'>): string {
  return kind === 'burner' ? t('wallet.burnerName') : name;
}
