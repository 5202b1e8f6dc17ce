// The ledger to propose for an epoch, from the chain's state and the vouchers and receipts known here.
// Keeper and app share it, so that two honest proposers with the same receipts propose the same root.
import { PPM_TOTAL } from '../lib/units.ts';
import { countedReceipts } from './countedReceipts.ts';
import { epochLedger } from './epochLedger.ts';
import type { Settlement } from './openSettlement.ts';
import { rowCountShares } from './rowCountShares.ts';
import type { Hex } from './types/hex.ts';
import type { AccountShare, Ledger, LedgerReceipt } from './types/ledger.ts';
import type { ReadOptions } from './types/options.ts';
import type { SignedVoucher } from './types/voucher.ts';

export interface PrepareLedgerParameters extends ReadOptions {
  readonly settlement: Pick<Settlement, 'pool' | 'collections' | 'models' | 'contributions'>;
  /** A closed epoch that holds money: the first of `fundedEpochs`. */
  readonly epoch: bigint;
  /** Known vouchers of the epoch; those that were not collected are ignored. */
  readonly vouchers: Iterable<SignedVoucher>;
  readonly receipt: (digest: Hex) => LedgerReceipt | undefined;
  /** The ledger of the last final root, or undefined before the first. */
  readonly previous: { readonly ledger: Ledger; readonly digest: Hex } | undefined;
}

export interface PreparedLedger {
  readonly ledger: Ledger;
  /** Collected vouchers that are unknown here, plus unknown receipts of known ones. If not 0, others may compute another root. */
  readonly missing: number;
}

/** Who is paid for unattributed parts: by accepted rows of the model's Datanets, else the model's owner. */
async function fallbackShares(
  settlement: PrepareLedgerParameters['settlement'],
  modelIds: readonly Hex[],
  options: ReadOptions,
): Promise<ReadonlyMap<Hex, readonly AccountShare[]>> {
  const models = await settlement.models(options);
  const shares = new Map<Hex, readonly AccountShare[]>();
  for (const modelId of modelIds) {
    const model = models.find(({ id }) => id === modelId);
    if (model === undefined) continue;
    const lists = await Promise.all(
      model.datanets.map((datanetId) => settlement.contributions({ datanetId, ...options })),
    );
    const byRows = rowCountShares(lists.flat().filter(({ status }) => status === 'accepted'));
    shares.set(modelId, byRows.length > 0 ? byRows : [{ account: model.owner, ppm: PPM_TOTAL }]);
  }
  return shares;
}

/** Throws what `epochLedger` and the chain throw. */
export async function prepareLedger(parameters: PrepareLedgerParameters): Promise<PreparedLedger> {
  const { settlement, epoch, vouchers, receipt, previous, signal } = parameters;
  const [pool, collections] = await Promise.all([
    settlement.pool({ epoch, signal }),
    settlement.collections({ epoch, signal }),
  ]);
  const { receipts, missing } = countedReceipts({ collections, vouchers, receipt });
  const fallback = await fallbackShares(
    settlement,
    pool.models.map(({ modelId }) => modelId),
    { signal },
  );
  const ledger = epochLedger({
    epoch,
    receipts,
    pools: pool.models,
    fallback: (modelId) => fallback.get(modelId) ?? [],
    previous,
  });
  return { ledger, missing };
}
