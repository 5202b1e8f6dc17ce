// Linear datamodelling score (S. M. Park et al., TRAK, 2023): how well the sum of scores of a subset's rows orders what
// retraining on that subset does to a question. The measure of an influence method against the truth.

/** Ranks from 0, equal values share the mean of theirs. */
function averageRanks(values: readonly number[]): number[] {
  const order = values
    .map((_, index) => index)
    .sort((one, other) => (values[one] as number) - (values[other] as number));
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to += 1;
    for (const index of order.slice(from, to)) ranks[index] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson correlation of average ranks; zero when one side is constant. */
function spearman(left: readonly number[], right: readonly number[]): number {
  const centre = (values: number[]): number[] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centre(averageRanks(left)), centre(averageRanks(right))];
  const dot = (one: readonly number[], other: readonly number[]): number =>
    one.reduce((sum, value, index) => sum + value * (other[index] as number), 0);
  const size = Math.sqrt(dot(x, x) * dot(y, y));
  return size === 0 ? 0 : dot(x, y) / size;
}

/**
 * @param scores of each row for one question. @param subsets rows of each retraining. @param losses of the question after
 * each retraining, mean over seeds.
 */
export function linearDatamodelingScore(
  scores: ArrayLike<number>,
  subsets: readonly (readonly number[])[],
  losses: readonly number[],
): number {
  const predicted = subsets.map((rows) => rows.reduce((sum, row) => sum + (scores[row] as number), 0));
  return spearman(
    predicted,
    losses.map((loss) => -loss),
  );
}
