// An error in the chosen language: its code and its facts say it, not the English sentence that it was thrown with.
import type { SerializedError } from '../../lib/errors.ts';
import { errorTexts, loadTexts } from './dictionary.ts';
import { fillText } from './fillText.ts';
import { t } from './t.ts';
import type { ErrorText } from './text.ts';

/**
 * Title, sentence and way on for `error`. The texts of errors are asked for when the first one is said; until they are there, and for
 * a code that no dictionary has, the words are general.
 */
export function errorText(error: Pick<SerializedError, 'code' | 'facts'>): ErrorText {
  // Offline they may not come: the next error asks again.
  void loadTexts('errors').catch(() => undefined);
  const entry = Object.hasOwn(errorTexts(), error.code) ? errorTexts()[error.code] : undefined;
  if (entry === undefined) {
    return { title: t('ui.errorTitle'), message: t('ui.errorUnknown', { code: error.code }), hint: t('ui.errorHint') };
  }
  return {
    title: entry.title,
    message: fillText(entry.message, error.facts),
    hint: fillText(entry.hint, error.facts),
  };
}
