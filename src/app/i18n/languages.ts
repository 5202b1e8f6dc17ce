// The languages that exist. To add one: a folder beside `en/` with the same files, and one line here.
import { english } from './en/index.ts';
import { pseudoLanguage } from './pseudo.ts';
import type { Language } from './types.ts';

/** By BCP 47 tag; `name` as its speakers write it. */
export const languages: Readonly<Record<string, { readonly name: string; readonly texts: Language }>> = {
  en: { name: 'English', texts: english },
  // For development and tests: English with every letter marked, so that a text outside the dictionaries shows.
  ...(import.meta.env.DEV ? { 'en-XA': { name: '[Ṗŝéûđö]', texts: pseudoLanguage(english) } } : {}),
};
