// Says once, above whichever room is open, that records of this browser cannot be read, of which kinds, and what to do.
import { A } from '@solidjs/router';
import { createSignal, type JSX, Show } from 'solid-js';
import type { DamagedRecord } from '../../store/index.ts';
import { t } from '../i18n/t.ts';
import { damagedRecords } from '../state/damagedRecords.ts';
import { Banner, Button, formatList } from '../ui/index.ts';

const kindKeys: Readonly<Record<string, Parameters<typeof t>[0]>> = {
  chats: 'settings.copyKind.chats',
  messages: 'settings.copyKind.messages',
  drafts: 'settings.copyKind.drafts',
  receipts: 'settings.copyKind.receipts',
  vouchers: 'settings.copyKind.vouchers',
  runs: 'settings.copyKind.runs',
  checkpoints: 'settings.copyKind.checkpoints',
  contributions: 'settings.copyKind.contributions',
  adapters: 'settings.copyKind.adapters',
  models: 'settings.copyKind.models',
  settings: 'settings.copyKind.settings',
  sessions: 'settings.copyKind.keys',
};

function kinds(records: readonly DamagedRecord[]): string {
  return formatList([...new Set(records.map(({ table }) => t(kindKeys[table] ?? 'settings.copyKind.settings')))]);
}

export function DamagedRecords(): JSX.Element {
  const [hidden, setHidden] = createSignal(false);
  return (
    <div role="status" class="empty:hidden">
      <Show when={!hidden() && damagedRecords().length > 0}>
        <div class="p-3">
          <Banner
            kind="warning"
            action={
              <>
                <A href="/settings" class="font-medium underline">
                  {t('settings.damagedCopies')}
                </A>
                <Button size="small" kind="quiet" onClick={() => setHidden(true)}>
                  {t('settings.damagedHide')}
                </Button>
              </>
            }
          >
            <p class="font-medium">{t('settings.damagedRecords', { count: damagedRecords().length })}</p>
            <p class="text-sm">{t('settings.damagedText', { kinds: kinds(damagedRecords()) })}</p>
          </Banner>
        </div>
      </Show>
    </div>
  );
}
