// Divides a pool by weights, rounding prefix sums; the same arithmetic as contracts/src/libraries/PrefixShares.sol.

/**
 * Shares of `pool` in proportion to `weights`, in their order. They add to `pool` exactly and each is within one unit of its
 * ideal value. If all weights are zero, all shares are zero.
 */
export function prefixShares(pool: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) return weights.map(() => 0n);
  let prefix = 0n;
  let before = 0n;
  return weights.map((weight) => {
    prefix += weight;
    const upTo = (pool * prefix) / total;
    const share = upTo - before;
    before = upTo;
    return share;
  });
}
