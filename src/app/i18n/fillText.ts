// Parameters into a text: `{name}` as it is (numbers in the chosen locale), `{name:bytes}` and `{name:open}` as a size or an
// amount.
import type { Fact } from '../../lib/errors.ts';
import { formatBytes, formatExact, formatList, formatOpen } from './format.ts';

export type TextParameters = Readonly<Record<string, Fact>>;

const kinds: Readonly<Record<string, (value: Fact) => string>> = {
  bytes: (value) => formatBytes(Number(value)),
  // Amounts in facts are whole wei as text: JSON has no bigint.
  open: (value) => formatOpen(BigInt(String(value))),
};

function plainText(value: Fact): string {
  if (typeof value === 'number') return formatExact(value);
  if (typeof value === 'object' && value !== null) return formatList(value.map(plainText));
  return String(value);
}

/** `text` with its parameters filled in; one that is not given stays as it is, to be seen. */
export function fillText(text: string, parameters: TextParameters): string {
  return text.replace(/\{(\w+)(?::(\w+))?\}/g, (whole, name: string, kind: string | undefined) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    return (kind === undefined ? plainText : (kinds[kind] ?? plainText))(value);
  });
}
