import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Page } from '../ui/index.ts';

export function Rewards(): JSX.Element {
  return <Page title={t('rewards.title')}>{null}</Page>;
}
