// The chosen language and locale, and the texts fetched so far. The language says which words are shown; the locale how
// numbers, dates and amounts are written and read, so that a German reader of English texts still types "1,5".
import { batch, createSignal } from 'solid-js';
import { languages } from './languages.ts';
import type { ErrorText, Plural } from './text.ts';
import type { Area } from './types.ts';

type Texts = Readonly<Record<string, string | Plural>>;
type ErrorTexts = Readonly<Record<string, ErrorText>>;

const DEFAULT_LANGUAGE = 'en';

const [language, setLanguageSignal] = createSignal(DEFAULT_LANGUAGE);
const [locale, setLocaleSignal] = createSignal(DEFAULT_LANGUAGE);
const [texts, setTexts] = createSignal<Texts>({});
// Apart: they come when something is done or fails, and nothing that is shown may be made anew for it under a finger or a pointer.
const [errorTexts, setErrorTexts] = createSignal<ErrorTexts>({});

export { errorTexts, language, locale, texts };

/** Areas that rooms have asked for, in the chosen language; one fetch each. */
let areas = new Map<Area, Promise<void>>();

async function fetchArea(area: Area, into: Map<Area, Promise<void>>): Promise<void> {
  const chosen = languages[language()] ?? languages[DEFAULT_LANGUAGE];
  const fetched = await chosen?.texts[area]();
  // The language may have changed while the texts were on their way.
  if (into !== areas || fetched === undefined) return;
  if (area === 'errors') setErrorTexts(fetched as ErrorTexts);
  else setTexts((known) => ({ ...known, ...(fetched as Texts) }));
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
 * the texts have changed; rejects, and leaves the language as it was, when they cannot be fetched. One call at a time.
 */
export async function setLanguage(tag: string): Promise<void> {
  if (tag === language()) return;
  const chosen = languages[tag] ?? languages[DEFAULT_LANGUAGE];
  const fetched = new Map<Area, unknown>();
  // Rooms that open in the meantime ask for more.
  for (;;) {
    const missing = [...areas.keys()].filter((area) => !fetched.has(area));
    if (missing.length === 0) break;
    await Promise.all(missing.map(async (area) => fetched.set(area, await chosen?.texts[area]())));
  }
  const { errors = {}, ...others } = Object.fromEntries(fetched);
  areas = new Map([...fetched.keys()].map((area) => [area, Promise.resolve()]));
  batch(() => {
    setLanguageSignal(tag);
    setTexts(Object.assign({}, ...Object.values(others)) as Texts);
    setErrorTexts(errors as ErrorTexts);
  });
}
