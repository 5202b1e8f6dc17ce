// One training row as evidence: its text with the matched words marked, where it comes from, which of the two facts hold
// (influential, estimated; matches verbatim), and its share. Strength is shown in words, with the figures on demand.
import { createMemo, For, type JSX, Show } from 'solid-js';
import type { RowEvidence } from '../../attribution/index.ts';
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import { t } from '../i18n/t.ts';
import { Button, formatNumber, formatOpen, formatPpm, formatSignificant } from '../ui/index.ts';
import { contributorName, countWords, type Strength, strengthOf } from './influence.ts';

const strengthTexts = {
  slight: 'chat.strengthSlight',
  moderate: 'chat.strengthModerate',
  strong: 'chat.strengthStrong',
} as const satisfies Record<Strength, string>;

interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** Splits the text at every occurrence of a phrase; longer phrases first, without overlaps. */
export function markPhrases(text: string, phrases: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  const sorted = phrases
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')
    .sort((left, right) => right.length - left.length);
  let rest = text;
  while (rest !== '') {
    let at = rest.length;
    let found = '';
    for (const phrase of sorted) {
      const index = rest.indexOf(phrase);
      if (index >= 0 && index < at) {
        at = index;
        found = phrase;
      }
    }
    if (at > 0) pieces.push({ text: rest.slice(0, at), marked: false });
    if (found === '') break;
    pieces.push({ text: found, marked: true });
    rest = rest.slice(at + found.length);
  }
  return pieces;
}

export function RowCard(properties: {
  readonly row: RowEvidence;
  readonly influence: StoredInfluence;
  readonly datanet: string;
  /** The contributors' part of the paid fee, in wei; undefined when the answer was not paid. */
  readonly pool: bigint | undefined;
  readonly onLocate: (span: number) => void;
}): JSX.Element {
  const spans = createMemo(() =>
    properties.influence.attribution.spans.flatMap((span, index) =>
      span.rows.includes(properties.row.row) ? [index] : [],
    ),
  );
  const phrases = createMemo(() => spans().map((index) => properties.influence.spanTexts[index] ?? ''));
  /** Undefined when no rows were held out, so that there is no threshold. */
  const times = (): number | undefined =>
    properties.influence.attribution.threshold > 0
      ? properties.row.influence / properties.influence.attribution.threshold
      : undefined;
  const words = createMemo(() => countWords(phrases()));
  const amount = (): bigint | undefined =>
    properties.pool === undefined ? undefined : (properties.pool * BigInt(properties.row.ppm)) / 1_000_000n;
  const Marked = (marked: { readonly text: string }): JSX.Element => (
    <For each={markPhrases(marked.text, phrases())}>
      {(piece) =>
        piece.marked ? (
          <mark class="bg-transparent text-inherit underline decoration-accent decoration-dotted decoration-2 underline-offset-4">
            {piece.text}
          </mark>
        ) : (
          piece.text
        )
      }
    </For>
  );
  return (
    <li class="grid gap-2 rounded-xl border border-line bg-surface p-3">
      <div class="grid gap-0.5 wrap-anywhere">
        <p class="text-sm text-muted">{properties.row.prompt}</p>
        <p>
          <Marked text={properties.row.response} />
        </p>
      </div>
      <p class="text-sm text-muted wrap-anywhere">
        <span class="font-medium text-text">{contributorName(properties.influence, properties.row.account)}</span> ·{' '}
        {properties.datanet} · {t('chat.position', { position: properties.row.position + 1 })}
      </p>
      <div class="flex flex-wrap items-center gap-x-2 gap-y-1.5 text-xs">
        <Show
          when={properties.row.influential}
          fallback={<span class="rounded-full border border-line px-2 py-0.5 text-muted">{t('chat.wordWeak')}</span>}
        >
          <span class="rounded-full bg-accent-soft px-2 py-0.5 font-medium text-accent-strong">
            {t('chat.wordInfluential')}
            <Show when={times()}>{(factor) => ` · ${t(strengthTexts[strengthOf(factor())])}`}</Show>
          </span>
        </Show>
        <Show when={properties.row.verbatimBits > 0}>
          <span class="rounded-full border border-edge px-2 py-0.5 font-medium">
            {t('chat.wordVerbatim')}
            <Show when={words()}>{(count) => ` · ${t('chat.verbatimWords', { count: count() })}`}</Show>
          </span>
        </Show>
      </div>
      <details class="text-xs text-muted">
        <summary class="min-h-6 w-fit py-1">{t('chat.figures')}</summary>
        <p>
          {times() === undefined
            ? t('chat.figureNoThreshold', { score: formatSignificant(properties.row.influence) })
            : t('chat.figureInfluence', {
                times: formatNumber(times() ?? 0),
                percent: properties.influence.index.policy.placeboPercent,
              })}
        </p>
        <Show when={properties.row.verbatimBits > 0}>
          <p>{t('chat.figureVerbatim', { bits: formatNumber(properties.row.verbatimBits) })}</p>
        </Show>
      </details>
      <div class="flex flex-wrap items-center justify-between gap-2 text-sm">
        <span class="tabular font-medium">
          {amount() === undefined
            ? t('chat.share', { share: formatPpm(properties.row.ppm) })
            : t('chat.sharePays', { share: formatPpm(properties.row.ppm), amount: formatOpen(amount() ?? 0n) })}
        </span>
        <Show when={spans().length > 0}>
          <Button
            kind="quiet"
            size="small"
            icon="search"
            class="-me-2"
            onClick={() => properties.onLocate(spans()[0] ?? 0)}
          >
            {t('chat.locate')}
          </Button>
        </Show>
      </div>
    </li>
  );
}
