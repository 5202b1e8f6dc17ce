import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Page } from '../ui/index.ts';

export function Settings(): JSX.Element {
  return <Page title={t('settings.title')}>{null}</Page>;
}
