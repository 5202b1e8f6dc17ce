// The title of an error by its code.
import { hasText, t } from '../i18n/t.ts';

/** The title for a code: its own, or that of the longest prefix (`GGUF_TRUNCATED` -> `GGUF`) that has one. */
export function errorTitle(code: string): string {
  const parts = code.split('_');
  for (let length = parts.length; length > 0; length -= 1) {
    const key = `errors.${parts.slice(0, length).join('_')}`;
    if (hasText(key)) return t(key);
  }
  return t('errors.title');
}
