// The ledger of an epoch: receipts and pools in, cumulative amounts and their Merkle root out. Integers only, so that any
// two people with the same receipts get the same root, bit for bit.
import { TributaryError } from '../lib/errors.ts';
import { PPM_TOTAL, wei } from '../lib/units.ts';
import { type MerkleTree, merkleTree } from './merkleTree.ts';
import { prefixShares } from './prefixShares.ts';
import type { Address, Hex } from './types/hex.ts';
import type { AccountShare, Ledger, LedgerModel, LedgerReceipt } from './types/ledger.ts';

export interface EpochLedgerParameters {
  readonly epoch: bigint;
  /** The receipts under the collected vouchers of the epoch, of all models; their order does not matter. */
  readonly receipts: readonly LedgerReceipt[];
  /** What each model's contributors are paid: `Settlement.pool(epoch).models`. */
  readonly pools: readonly { readonly modelId: Hex; readonly amount: bigint }[];
  /** Shares by accepted rows (`rowCountShares`) of a model, for unattributed parts. */
  readonly fallback?: ((modelId: Hex) => readonly AccountShare[]) | undefined;
  /** The ledger of the last final root and its digest; undefined before the first. */
  readonly previous?: { readonly ledger: Ledger; readonly digest: Hex } | undefined;
}

/** The tree of a ledger's accounts, leaf `(address, cumulative)`; `RewardsDistributor.claim` checks proofs against its root. */
export function ledgerTree(accounts: Ledger['accounts']): MerkleTree {
  return merkleTree(
    ['address', 'uint256'],
    accounts.map(({ account, cumulative }) => [account, cumulative] as const),
  );
}

const sumOf = (shares: readonly AccountShare[]): number => shares.reduce((total, { ppm }) => total + ppm, 0);

/** Whether these are whole parts per million that add to at most 1,000,000. */
export function areShares(shares: readonly AccountShare[]): boolean {
  return shares.every(({ ppm }) => Number.isInteger(ppm) && ppm >= 0) && sumOf(shares) <= PPM_TOTAL;
}

const lowerCase = (text: Hex): Hex => text.toLowerCase() as Hex;

/** Shares in their one form: an entry for each account that has any, ascending. Throws `LEDGER_SHARES`. */
function checkShares(
  shares: readonly AccountShare[],
  facts: Readonly<Record<string, string>>,
): readonly AccountShare[] {
  if (!areShares(shares)) {
    throw new TributaryError({
      code: 'LEDGER_SHARES',
      message: 'These shares are not whole parts per million that add to at most 1,000,000.',
      facts: { ...facts, sum: sumOf(shares) },
      hint: 'Leave this receipt out and ask its author to recompute it.',
    });
  }
  const sums = new Map<Address, number>();
  for (const { account, ppm } of shares) sums.set(lowerCase(account), (sums.get(lowerCase(account)) ?? 0) + ppm);
  return [...sums]
    .filter(([, ppm]) => ppm > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, ppm]) => ({ account, ppm }));
}

/** Weight of each account (lower-case address) in one model's pool, in units of wei x 1e-12. */
function weightsOf({ receipts, fallback }: LedgerModel): Map<Address, bigint> {
  const weights = new Map<Address, bigint>();
  const add = (account: Address, weight: bigint): void => {
    if (weight > 0n) weights.set(account, (weights.get(account) ?? 0n) + weight);
  };
  const scale = BigInt(PPM_TOTAL);
  const fallbackSum = sumOf(fallback);
  for (const { amount, shares } of receipts) {
    const rest = BigInt(PPM_TOTAL - sumOf(shares));
    for (const { account, ppm } of shares) add(account, amount * BigInt(ppm) * scale);
    if (fallbackSum > 0) for (const { account, ppm } of fallback) add(account, amount * rest * BigInt(ppm));
  }
  // Money without a known receipt (a collector who published none), or without any share, still belongs to contributors.
  if (weights.size === 0) for (const { account, ppm } of fallback) add(account, BigInt(ppm));
  return weights;
}

/**
 * Divides every pool by the shares of its receipts and adds the result to the previous ledger. The result is in its one form
 * (types/ledger.ts), whatever the order and letter case of what is given.
 *
 * Per model: N_c = sum over receipts of amount * ppm_c, accounts ascending by address, shares by prefix rounding
 * (`prefixShares`), so they add to the pool exactly. Unattributed parts go by `fallback`; without one, to the attributed
 * contributors of the same model in proportion.
 *
 * Throws `LEDGER_SHARES` for shares that are not ppm, `LEDGER_NO_PAYEE` for a pool without a payee,
 * `LEDGER_EMPTY` when there is no pool, `LEDGER_RECEIPT_TWICE` for a duplicate receipt.
 */
export function epochLedger({ epoch, receipts, pools, fallback, previous }: EpochLedgerParameters): Ledger {
  if (pools.length === 0) {
    throw new TributaryError({
      code: 'LEDGER_EMPTY',
      message: 'Nothing was paid in this epoch.',
      facts: { epoch: epoch.toString() },
      hint: 'Settle an epoch that has money.',
    });
  }
  const seen = new Set<string>();
  for (const { digest } of receipts) {
    if (seen.has(lowerCase(digest))) {
      throw new TributaryError({
        code: 'LEDGER_RECEIPT_TWICE',
        message: 'The same receipt is listed twice.',
        facts: { digest },
        hint: 'List each receipt once.',
      });
    }
    seen.add(lowerCase(digest));
  }

  const cumulative = new Map<Address, bigint>(
    (previous?.ledger.accounts ?? []).map(({ account, cumulative }) => [lowerCase(account), cumulative]),
  );
  const models: LedgerModel[] = pools
    .map(({ modelId: named, amount }) => {
      const modelId = lowerCase(named);
      return {
        modelId,
        pool: wei(amount),
        receipts: receipts
          .filter((receipt) => lowerCase(receipt.modelId) === modelId)
          .map((receipt) => {
            const digest = lowerCase(receipt.digest);
            return {
              digest,
              modelId,
              amount: receipt.amount,
              shares: checkShares(receipt.shares, { modelId, receipt: digest }),
            };
          })
          .sort((a, b) => (a.digest < b.digest ? -1 : 1)),
        fallback: checkShares(fallback?.(named) ?? [], { modelId, place: 'fallback' }),
      };
    })
    .sort((a, b) => (a.modelId < b.modelId ? -1 : 1));
  for (const model of models) {
    const weights = [...weightsOf(model)].sort(([a], [b]) => (a < b ? -1 : 1));
    if (weights.length === 0 && model.pool > 0n) {
      throw new TributaryError({
        code: 'LEDGER_NO_PAYEE',
        message: 'This model’s pool has no contributor to pay.',
        facts: { epoch: epoch.toString(), modelId: model.modelId, pool: model.pool.toString() },
        hint: 'Pass the receipts of the epoch, or fallback shares by accepted rows.',
      });
    }
    const shares = prefixShares(
      model.pool,
      weights.map(([, weight]) => weight),
    );
    weights.forEach(([account], index) => {
      cumulative.set(account, (cumulative.get(account) ?? 0n) + (shares[index] ?? 0n));
    });
  }
  const accounts = [...cumulative]
    .filter(([, amount]) => amount > 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, amount]) => ({ account, cumulative: wei(amount) }));
  return {
    epoch,
    root: ledgerTree(accounts).root,
    total: wei(accounts.reduce((sum, account) => sum + account.cumulative, 0n)),
    previous: previous === undefined ? undefined : lowerCase(previous.digest),
    accounts,
    models,
  };
}
