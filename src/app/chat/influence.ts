// The figures of the influence panel, as sums and words: shares by evidence that add up to the whole, how strong a row's
// influence is, how much of the answer stands in it.
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import type { Share } from '../ui/index.ts';

const WHOLE = 1_000_000;

/** What evidence backs, by contributor; of an answer of an earlier version only what its listed rows say, scaled to what is backed. */
function evidenceOf({ attribution }: StoredInfluence): readonly { readonly account: string; readonly ppm: number }[] {
  if (attribution.evidence !== undefined) return attribution.evidence;
  const byAccount = new Map<string, number>();
  for (const row of attribution.rows) byAccount.set(row.account, (byAccount.get(row.account) ?? 0) + row.ppm);
  const listed = [...byAccount.values()].reduce((total, ppm) => total + ppm, 0);
  const scale = Math.min(1, (WHOLE - attribution.unattributedPpm) / Math.max(1, listed));
  return [...byAccount].map(([account, ppm]) => ({ account, ppm: Math.floor(ppm * scale) }));
}

/**
 * Shares by evidence: of each contributor, biggest first, and the part without evidence. They add up to exactly 1,000,000 ppm.
 * `otherRowsLabel` names what an answer of an earlier version does not list.
 */
export function evidenceShares(
  influence: StoredInfluence,
  otherRowsLabel: string,
): (Share & { readonly account?: string })[] {
  const { unattributedPpm } = influence.attribution;
  const shares: (Share & { readonly account?: string })[] = evidenceOf(influence)
    .filter(({ ppm }) => ppm > 0)
    .map(({ account, ppm }) => ({ account, label: contributorName(influence, account), ppm }))
    .sort((left, right) => right.ppm - left.ppm);
  const rest = WHOLE - unattributedPpm - shares.reduce((total, share) => total + share.ppm, 0);
  if (rest > 0) shares.push({ label: otherRowsLabel, ppm: rest });
  if (unattributedPpm > 0) shares.push({ label: '', ppm: unattributedPpm, unattributed: true });
  return shares;
}

/** The same shares as figures of one sentence. */
export function evidenceSummary(shares: ReturnType<typeof evidenceShares>): {
  readonly contributors: number;
  readonly attributedPpm: number;
  readonly unattributedPpm: number;
} {
  const unattributedPpm = shares.find(({ unattributed }) => unattributed === true)?.ppm ?? 0;
  return {
    contributors: shares.filter(({ account }) => account !== undefined).length,
    attributedPpm: WHOLE - unattributedPpm,
    unattributedPpm,
  };
}

/**
 * Twice the threshold. The threshold is the score that 95 % of untrained rows stay below: one in twenty would pass it. Were
 * their scores normal, that is 1.64 standard deviations, and twice it 3.3: one untrained row in 2,000 would come so far,
 * fewer than one in a Datanet of the samples' size.
 */
const MODERATE_FROM = 2;
/** Real scores have longer tails than normal ones, so the strongest word begins an order of magnitude above the threshold. */
const STRONG_FROM = 10;

export type Strength = 'slight' | 'moderate' | 'strong';

/** Of the influence of a row that passed the threshold; `times` is its score over the threshold. */
export function strengthOf(times: number): Strength {
  if (times >= STRONG_FROM) return 'strong';
  return times >= MODERATE_FROM ? 'moderate' : 'slight';
}

/** How many words these texts have: what a word is, the script decides. Punctuation and spaces are none. */
export function countWords(texts: readonly string[]): number {
  const words = new Intl.Segmenter(undefined, { granularity: 'word' });
  return texts.reduce(
    (total, text) => total + [...words.segment(text)].filter(({ isWordLike }) => isWordLike === true).length,
    0,
  );
}

export function contributorName(influence: StoredInfluence, account: string): string {
  return influence.names[account.toLowerCase()] ?? `${account.slice(0, 6)}…${account.slice(-4)}`;
}
