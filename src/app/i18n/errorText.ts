// An error in the chosen language: its code and its facts say it, not the English sentence that it was thrown with.
import type { SerializedError } from '../../lib/errors.ts';
import { dictionary } from './dictionary.ts';
import { fillText } from './fillText.ts';
import { t } from './t.ts';
import type { ErrorText } from './text.ts';

/** Title, sentence and way on for `error`. A code that no dictionary has gets general words. */
export function errorText(error: Pick<SerializedError, 'code' | 'facts'>): ErrorText {
  const entry = Object.hasOwn(dictionary().errors, error.code) ? dictionary().errors[error.code] : undefined;
  if (entry === undefined) {
    return { title: t('ui.errorTitle'), message: t('ui.errorUnknown', { code: error.code }), hint: t('ui.errorHint') };
  }
  return {
    title: entry.title,
    message: fillText(entry.message, error.facts),
    hint: fillText(entry.hint, error.facts),
  };
}
