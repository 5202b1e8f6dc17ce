// What is said of a model in one line, the same in every list.
import { TributaryError } from '../../lib/errors.ts';
import { formatNumber } from '../i18n/format.ts';
import { t } from '../i18n/t.ts';
import type { LibraryModel } from '../state/models/types.ts';

/** 135,000,000 -> "135 M", 1,540,000,000 -> "1.5 B", as model names count. */
export function formatParameters(count: number): string {
  if (count >= 1e9) return `${formatNumber(count / 1e9)} B`;
  if (count >= 1e6) return `${formatNumber(Math.round(count / 1e6))} M`;
  return formatNumber(count);
}

/** Where a model of the library came from. */
export function sourceText(source: LibraryModel['source']): string {
  switch (source.kind) {
    case 'hub':
      return t('models.from.hub', { name: source.repository });
    case 'url':
      return t('models.from.url', { name: source.url });
    case 'ipfs':
      return t('models.from.ipfs', { name: source.cid });
    case 'files':
      return t('models.from.files', { name: source.name });
    case 'offered':
      return t('models.from.offered');
  }
}

/** Whether this is a failure that a token may mend. */
export function wantsToken(error: unknown): boolean {
  return error instanceof TributaryError && /^HUB_(GATED|TOKEN_NEEDED|TOKEN_REFUSED)$/.test(error.code);
}

/** Whether a text is an address to open rather than words to search for. */
export function isAddress(text: string): boolean {
  return (
    /^(https?|ipfs):\/\//.test(text) ||
    /^(baf[a-z2-7]{50,}|Qm[1-9A-HJ-NP-Za-km-z]{44})/.test(text) ||
    /^[\w.-]+\/[\w.-]+(@[\w./-]+)?$/.test(text)
  );
}
