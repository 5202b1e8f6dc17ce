import { afterEach, expect, test } from 'vitest';
import { errorTexts, language, loadTexts, setLanguage, texts } from './dictionary.ts';
import { english } from './en/index.ts';
import { languages } from './languages.ts';
import { t } from './t.ts';
import type { Area } from './types.ts';

/** Adds a language "xx" whose areas come when they are let through, each text the tag and its key. */
function slowLanguage(): (area: Area) => void {
  const gates = new Map((Object.keys(english) as Area[]).map((area) => [area, Promise.withResolvers<void>()] as const));
  const texts = Object.fromEntries(
    [...gates].map(([area, gate]) => [
      area,
      async () => {
        await gate.promise;
        return Object.fromEntries(Object.keys(await english[area]()).map((key) => [key, `xx ${key}`]));
      },
    ]),
  );
  Object.assign(languages, { xx: { name: 'xx', texts } });
  return (area) => gates.get(area)?.resolve();
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

afterEach(() => setLanguage('en'));

test('a room that opens while the language changes never shows a key', async () => {
  const letThrough = slowLanguage();
  await loadTexts('frame');
  const changing = setLanguage('xx');
  await loadTexts('models');
  letThrough('frame');
  await settled();
  expect(language()).toBe('en');
  expect(t('models.title')).not.toBe('models.title');
  letThrough('models');
  await changing;
  expect([t('models.title'), t('ui.cancel')]).toEqual(['xx models.title', 'xx ui.cancel']);
});

test('a language that cannot be fetched leaves the texts as they are', async () => {
  await loadTexts('frame');
  const fails = (): Promise<never> => Promise.reject(new TypeError('offline'));
  Object.assign(languages, { xx: { name: 'xx', texts: { ...english, frame: fails } } });
  const before = t('ui.cancel');
  await expect(setLanguage('xx')).rejects.toThrow('offline');
  expect([language(), t('ui.cancel')]).toEqual(['en', before]);
});

test('what shows texts is not made anew when those of errors come', async () => {
  await loadTexts('frame');
  const shown = texts();
  await loadTexts('errors');
  expect(errorTexts()).toHaveProperty('ABORTED');
  expect(texts()).toBe(shown);
});
