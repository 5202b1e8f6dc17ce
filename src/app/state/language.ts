// The language of the texts and the locale of the numbers: chosen in the settings, or the browser's. Remembered in
// localStorage, as the theme is, because the first paint needs it.
import { createSignal } from 'solid-js';
import { loadTexts, setLanguage, setLocale } from '../i18n/dictionary.ts';
import { languages } from '../i18n/languages.ts';

/** 'system': what the browser asks for. */
export const SYSTEM_LANGUAGE = 'system';

const stored = localStorage.getItem('language') ?? SYSTEM_LANGUAGE;
const [languageChoice, setSignal] = createSignal(Object.hasOwn(languages, stored) ? stored : SYSTEM_LANGUAGE);

export { languageChoice };

/** The browser's languages, the preferred one first, without tags that no standard knows ("C", "en-US@posix"). */
function preferred(): string[] {
  return navigator.languages.flatMap((tag) => {
    try {
      return Intl.getCanonicalLocales(tag);
    } catch (error) {
      if (error instanceof RangeError) return [];
      throw error;
    }
  });
}

const base = (tag: string): string => new Intl.Locale(tag).language;

/** The first of `tags` that texts exist in: exactly, then by its language alone. English when there is none. */
export function matchLanguage(tags: readonly string[], known: readonly string[]): string {
  for (const tag of tags) {
    const match = known.find((name) => name === tag) ?? known.find((name) => name === base(tag));
    if (match !== undefined) return match;
  }
  return 'en';
}

/** Numbers follow the browser; somebody who chose a language gets its numbers, as their own region writes them. */
export function matchLocale(choice: string, tags: readonly string[]): string {
  if (choice === SYSTEM_LANGUAGE) return tags[0] ?? 'en';
  return tags.find((tag) => base(tag) === base(choice)) ?? choice;
}

async function apply(choice: string): Promise<void> {
  const tags = preferred();
  const language = choice === SYSTEM_LANGUAGE ? matchLanguage(tags, Object.keys(languages)) : choice;
  await setLanguage(language);
  setLocale(matchLocale(choice, tags));
  document.documentElement.lang = language;
  document.documentElement.dir = isRightToLeft(language) ? 'rtl' : 'ltr';
}

function isRightToLeft(tag: string): boolean {
  const { script } = new Intl.Locale(tag).maximize();
  return script === 'Arab' || script === 'Hebr';
}

/** The texts of the frame in the chosen language. */
export async function loadLanguage(): Promise<void> {
  await apply(languageChoice());
  await loadTexts('frame');
}

let changing: Promise<void> = Promise.resolve();

/** Remembers the choice once its texts are there. Of two choices in a row the later one stays, whichever is fetched sooner. */
export function chooseLanguage(choice: string): Promise<void> {
  const changed = changing.then(async () => {
    await apply(choice);
    localStorage.setItem('language', choice);
    setSignal(choice);
  });
  // A failure is told to whoever made that choice.
  changing = changed.catch(() => undefined);
  return changed;
}
