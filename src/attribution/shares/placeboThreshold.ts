/**
 * What a row must score to be more than noise: max(0, nearest-rank percentile of what placebo rows score), no
 * interpolation; zero without placebo rows.
 * @param percent whole number from 1 to 100.
 */
export function placeboThreshold(placebo: ArrayLike<number>, percent: number): number {
  if (placebo.length === 0) return 0;
  const ordered = Float64Array.from(placebo).sort();
  const rank = Math.floor((percent * ordered.length + 99) / 100);
  return Math.max(0, ordered[rank - 1] as number);
}
