// The pseudo-locale: English with an accent on every letter and brackets around every text. What is left plain on the screen
// never went through a dictionary; a text cut at its bracket does not fit.
import type { Language } from './types.ts';

const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const accented = [...'åƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ'];

/** `text` with marked letters, in brackets; parameters in braces stay as they are. */
export function pseudoText(text: string): string {
  const marked = text.replace(/\{[^}]*\}|[a-zA-Z]/g, (part) => accented[PLAIN.indexOf(part)] ?? part);
  return `[${marked}]`;
}

type Texts = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

function pseudoTexts(texts: Texts): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      key,
      typeof text === 'string'
        ? pseudoText(text)
        : Object.fromEntries(Object.entries(text).map(([form, words]) => [form, pseudoText(words)])),
    ]),
  );
}

/** The pseudo-language of `language`: the same keys, made when they are asked for. */
export function pseudoLanguage(language: Language): Language {
  return Object.fromEntries(
    Object.entries(language).map(([area, load]) => [area, async () => pseudoTexts((await load()) as unknown as Texts)]),
  ) as unknown as Language;
}
