// Texts by key. `{name}` is replaced by a parameter; a text with `one` and `other` chooses by the parameter `count`.
import { en } from './en.ts';

export type TextKey = keyof typeof en;
export type TextParameters = Readonly<Record<string, string | number>>;

const plurals = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');

/** The text of `key`. */
export function t(key: TextKey, parameters: TextParameters = {}): string {
  const entry: string | { readonly one: string; readonly other: string } = en[key];
  const text =
    typeof entry === 'string'
      ? entry
      : plurals.select(Number(parameters['count'] ?? 0)) === 'one'
        ? entry.one
        : entry.other;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}

/** Whether there is such a text; for keys made from error codes. */
export function hasText(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}
