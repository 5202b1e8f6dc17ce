// Texts by key, in the chosen language. Reading one inside a component follows a change of the language.
import { untrack } from 'solid-js';
import { language, texts } from './dictionary.ts';
import { fillText, type TextParameters } from './fillText.ts';
import type { TextKey } from './types.ts';

export type { TextKey } from './types.ts';

const rules = new Map<string, Intl.PluralRules>();

function pluralForm(tag: string, count: number): Intl.LDMLPluralRule {
  const known = rules.get(tag) ?? new Intl.PluralRules(tag);
  rules.set(tag, known);
  return known.select(count);
}

/**
 * The text of `key`: `{name}` is replaced by a parameter, and a text with plural forms chooses by the parameter `count`.
 * Before its area is loaded it is the key itself: `loadTexts` is awaited by whoever opens a room.
 */
export function t(key: TextKey, parameters: TextParameters = {}): string {
  const tag = language();
  // What the texts of another room add changes nothing that is shown: only a text that is missing is waited for.
  const entry = untrack(texts)[key] ?? texts()[key];
  if (entry === undefined) return key;
  const text =
    typeof entry === 'string' ? entry : (entry[pluralForm(tag, Number(parameters['count'] ?? 0))] ?? entry.other);
  return fillText(text, parameters);
}
