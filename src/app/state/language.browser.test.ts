import { afterEach, expect, test } from 'vitest';
import { language } from '../i18n/dictionary.ts';
import { t } from '../i18n/t.ts';
import { chooseLanguage, languageChoice, SYSTEM_LANGUAGE } from './language.ts';

afterEach(async () => {
  await chooseLanguage(SYSTEM_LANGUAGE);
  localStorage.removeItem('language');
});

test('of two choices in a row the later one stays', async () => {
  await Promise.all([chooseLanguage('en-XA'), chooseLanguage('en')]);
  expect([language(), languageChoice(), localStorage.getItem('language')]).toEqual(['en', 'en', 'en']);
  expect(document.documentElement.lang).toBe('en');
  await chooseLanguage('en-XA');
  expect(t('ui.cancel')).toMatch(/^\[/);
});
