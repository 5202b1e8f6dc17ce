// Stored data, connections, and appearance.
import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Page } from '../ui/index.ts';
import { Appearance } from './Appearance.tsx';
import { Chain } from './Chain.tsx';
import { Device } from './Device.tsx';
import { PeersSection } from './PeersSection.tsx';
import { Storage } from './Storage.tsx';

export function Settings(): JSX.Element {
  return (
    <Page title={t('settings.title')} lead={t('settings.lead')}>
      <Appearance />
      <Storage />
      <PeersSection />
      <Chain />
      <Device />
    </Page>
  );
}
