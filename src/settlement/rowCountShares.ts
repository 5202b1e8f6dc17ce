// Shares by number of accepted rows: who is paid for the unattributed part of an answer.
import { PPM_TOTAL } from '../lib/units.ts';
import type { Address } from './types/hex.ts';
import type { AccountShare } from './types/ledger.ts';

/**
 * Parts per million in proportion to rows, adding to 1,000,000 by largest remainder (ties: ascending address), ascending by
 * address. Empty when there are no rows.
 */
export function rowCountShares(
  contributions: readonly { readonly contributor: Address; readonly rowCount: number }[],
): AccountShare[] {
  const rows = new Map<string, number>();
  for (const { contributor, rowCount } of contributions) {
    const account = contributor.toLowerCase();
    rows.set(account, (rows.get(account) ?? 0) + rowCount);
  }
  const total = [...rows.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return [];
  const entries = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, count]) => {
      const scaled = BigInt(count) * BigInt(PPM_TOTAL);
      return { account: account as Address, ppm: Number(scaled / BigInt(total)), remainder: scaled % BigInt(total) };
    });
  let left = PPM_TOTAL - entries.reduce((sum, entry) => sum + entry.ppm, 0);
  // A stable sort keeps equal remainders in ascending order of address.
  for (const entry of [...entries].sort((a, b) =>
    a.remainder === b.remainder ? 0 : a.remainder > b.remainder ? -1 : 1,
  )) {
    if (left === 0) break;
    entry.ppm += 1;
    left -= 1;
  }
  return entries.filter((entry) => entry.ppm > 0).map(({ account, ppm }) => ({ account, ppm }));
}
