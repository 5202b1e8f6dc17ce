// The chosen language and locale, and the texts fetched so far. The language says which words are shown; the locale how
// numbers, dates and amounts are written and read, so that a German reader of English texts still types "1,5".
import { createSignal } from 'solid-js';
import { languages } from './languages.ts';
import type { Area, ErrorText, Plural } from './types.ts';

interface Dictionary {
  readonly texts: Readonly<Record<string, string | Plural>>;
  readonly errors: Readonly<Record<string, ErrorText>>;
}

const DEFAULT_LANGUAGE = 'en';
const empty: Dictionary = { texts: {}, errors: {} };

const [language, setLanguageSignal] = createSignal(DEFAULT_LANGUAGE);
const [locale, setLocaleSignal] = createSignal(DEFAULT_LANGUAGE);
const [dictionary, setDictionary] = createSignal(empty);

export { dictionary, language, locale };

/** Areas that rooms have asked for, in the chosen language; one fetch each. */
let areas = new Map<Area, Promise<void>>();

async function fetchArea(area: Area, into: Map<Area, Promise<void>>): Promise<void> {
  const chosen = languages[language()] ?? languages[DEFAULT_LANGUAGE];
  const texts = await chosen?.texts[area]();
  // The language may have changed while the texts were on their way.
  if (into !== areas || texts === undefined) return;
  setDictionary((known) =>
    area === 'errors'
      ? { ...known, errors: texts as Dictionary['errors'] }
      : { ...known, texts: { ...known.texts, ...(texts as Dictionary['texts']) } },
  );
}

/** Fetches the texts of `area` once. Rejects with what the fetch threw; the next call tries again. */
export function loadTexts(area: Area): Promise<void> {
  const mine = areas;
  const known = mine.get(area);
  if (known !== undefined) return known;
  const loading = fetchArea(area, mine).catch((error: unknown) => {
    mine.delete(area);
    throw error;
  });
  mine.set(area, loading);
  return loading;
}

/** Numbers, dates and amounts are written and read as in `tag` from here on. */
export function setLocale(tag: string): void {
  setLocaleSignal(tag);
}

/**
 * Shows `tag` from here on: fetches every area that is in use first, so that no text is missing in between. Resolves when
 * the texts have changed; rejects, and leaves the language as it was, when they cannot be fetched.
 */
export async function setLanguage(tag: string): Promise<void> {
  if (tag === language()) return;
  const before = { tag: language(), areas, dictionary: dictionary() };
  const wanted = [...areas.keys()];
  const texts = await Promise.all(
    wanted.map(async (area) => [area, await (languages[tag] ?? languages[DEFAULT_LANGUAGE])?.texts[area]()] as const),
  );
  // A room that opened in the meantime fetches its texts in the new language.
  const opened = [...before.areas.keys()].filter((area) => !wanted.includes(area));
  areas = new Map(wanted.map((area) => [area, Promise.resolve()]));
  setLanguageSignal(tag);
  setDictionary({
    texts: Object.assign({}, ...texts.filter(([area]) => area !== 'errors').map(([, found]) => found)),
    errors: (texts.find(([area]) => area === 'errors')?.[1] ?? {}) as Dictionary['errors'],
  });
  await Promise.all(opened.map(loadTexts));
}
