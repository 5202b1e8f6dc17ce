// Shares of a whole, in parts per million. The unattributed part is always drawn, hatched, and the figures shown
// always add up to 100 %: only `completeShares` rounds them.
import { For, type JSX } from 'solid-js';
import { formatList, formatPpm } from '../i18n/format.ts';
import { t } from '../i18n/t.ts';

const WHOLE = 1_000_000;

export interface Share {
  readonly label: string;
  readonly ppm: number;
  /** The slice that nobody is credited with. */
  readonly unattributed?: boolean;
  /** A second line, for example an amount. */
  readonly note?: string | undefined;
}

/**
 * Biggest first, at most `limit` named slices (the rest gathered as "n more"), and an unattributed slice that closes the
 * sum to exactly 1,000,000. Throws nothing: shares beyond the whole are shown as they are, and no slice is invented.
 */
export function completeShares(shares: readonly Share[], limit = 5): Share[] {
  const named = shares
    .filter((share) => share.unattributed !== true && share.ppm > 0)
    .sort((left, right) => right.ppm - left.ppm);
  const shown = named.length <= limit ? named : named.slice(0, limit - 1);
  const rest = named.slice(shown.length);
  const gathered = rest.reduce((total, share) => total + share.ppm, 0);
  const result: Share[] = [...shown];
  if (rest.length > 0) result.push({ label: t('ui.sharesMore', { count: rest.length }), ppm: gathered });
  const attributed = named.reduce((total, share) => total + share.ppm, 0);
  const given = shares.find((share) => share.unattributed === true);
  if (WHOLE - attributed > 0) {
    result.push({
      label: t('ui.unattributed'),
      ppm: WHOLE - attributed,
      unattributed: true,
      note: given?.note,
    });
  }
  return result;
}

/** The colour of the slice at `index`; a row beside the bar uses the same. */
export function shareColor(index: number): string {
  return `var(--share-${Math.min(index, 4) + 1})`;
}

export function ShareBar(properties: {
  readonly label: string;
  readonly shares: readonly Share[];
  readonly limit?: number;
  readonly legend?: boolean;
}): JSX.Element {
  const slices = (): Share[] => completeShares(properties.shares, properties.limit);
  return (
    <div class="grid gap-3">
      <div
        class="flex h-3 gap-0.5 overflow-hidden rounded-full"
        role="img"
        aria-label={`${properties.label}: ${formatList(slices().map((slice) => `${slice.label} ${formatPpm(slice.ppm)}`))}`}
      >
        <For each={slices()}>
          {(slice, index) => (
            <div
              class={slice.unattributed === true ? 'hatched' : ''}
              style={{
                width: `${slice.ppm / 10_000}%`,
                'min-width': '3px',
                ...(slice.unattributed === true ? {} : { 'background-color': shareColor(index()) }),
              }}
            />
          )}
        </For>
      </div>
      {properties.legend === false ? null : (
        <ul class="grid gap-1.5 text-sm">
          <For each={slices()}>
            {(slice, index) => (
              <li class="flex items-baseline gap-2">
                <span
                  aria-hidden="true"
                  class={`size-2.5 shrink-0 self-center rounded-sm ${slice.unattributed === true ? 'hatched' : ''}`}
                  style={slice.unattributed === true ? {} : { 'background-color': shareColor(index()) }}
                />
                <span class={`min-w-0 flex-1 truncate ${slice.unattributed === true ? 'text-muted' : ''}`}>
                  {slice.label}
                </span>
                {slice.note === undefined ? null : <span class="tabular text-muted">{slice.note}</span>}
                <span class="tabular w-16 text-end font-medium">{formatPpm(slice.ppm)}</span>
              </li>
            )}
          </For>
        </ul>
      )}
    </div>
  );
}
