import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Page } from '../ui/index.ts';

export function Factory(): JSX.Element {
  return <Page title={t('factory.title')}>{null}</Page>;
}
