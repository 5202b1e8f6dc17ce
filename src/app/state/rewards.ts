// Reading and settling rewards: what an address earned, where the epochs stand, and the three steps that anyone may take:
// collect vouchers, propose the shares of a closed epoch, make a proposal final. Amounts are wei of OPEN.
import { TributaryError } from '../../lib/errors.ts';
import type {
  Balances,
  Claimable,
  CollectResult,
  Confirmation,
  EpochPool,
  EpochState,
  Hex,
  RewardsState,
  TransactionState,
} from '../../settlement/index.ts';
import { ensureGas } from '../../workflows/ensureGas.ts';
import { finalizeEpoch } from '../../workflows/epochs/finalizeEpoch.ts';
import { nextFundedEpoch } from '../../workflows/epochs/nextFundedEpoch.ts';
import type { OpenVoucher } from '../../workflows/epochs/openVouchers.ts';
import type { ProposeStep } from '../../workflows/epochs/proposeEpoch.ts';
import { requireReady } from '../../workflows/requireReady.ts';
import { ifFree } from './ifFree.ts';
import { ledgers } from './ledgers.ts';
import { settlement } from './settlement.ts';
import { knownVouchers, voucherInbox } from './voucherInbox.ts';

/** One tab at a time settles: a second transaction of the same would fail and cost its fee. Throws `REWARDS_ELSEWHERE`. */
function settling<Result>(work: () => Promise<Result>): Promise<Result> {
  return ifFree('settling', work, () => {
    throw new TributaryError({
      code: 'REWARDS_ELSEWHERE',
      message: 'Another tab of this browser is settling or claiming.',
      hint: 'Wait until it is through there; the figures here follow.',
    });
  });
}

export interface RewardsReading {
  readonly epoch: EpochState;
  readonly rewards: RewardsState;
  /** The first epoch with money that no root covers, closed or not. */
  readonly funded: EpochPool | undefined;
  readonly requiredBond: bigint;
  /** Of the connected wallet; undefined without one. */
  readonly bonded: bigint | undefined;
  readonly balances: Balances | undefined;
  /** Vouchers that can be collected now. */
  readonly vouchers: readonly OpenVoucher[];
  readonly ownerShares: ReadonlyMap<string, number>;
  /** `Date.now()` of the reading: the chain's clock goes on from `epoch.now`. */
  readonly readAt: number;
}

/** Everything the room shows, read from the chain at once. Throws what the chain throws. */
export async function readRewards(connected: Hex | undefined): Promise<RewardsReading> {
  const [chain, { openVouchers }] = await Promise.all([settlement(), import('../../workflows/epochs/openVouchers.ts')]);
  await requireReady(chain);
  const [epoch, rewards, models] = await Promise.all([chain.epoch(), chain.rewards(), chain.models()]);
  const fundedEpoch = await nextFundedEpoch(chain, rewards);
  const funded = fundedEpoch === undefined ? undefined : await chain.pool({ epoch: fundedEpoch });
  const [requiredBond, bonded, balances, vouchers] = await Promise.all([
    funded === undefined ? 0n : chain.requiredBond({ epoch: funded.epoch }),
    connected === undefined ? undefined : chain.bonded({ address: connected }),
    connected === undefined ? undefined : chain.balances(connected),
    openVouchers({ chain, state: epoch, vouchers: knownVouchers().values() }),
  ]);
  const ownerShares = new Map(models.map((model) => [model.id.toLowerCase(), model.ownerBps]));
  return { epoch, rewards, funded, requiredBond, bonded, balances, vouchers, ownerShares, readAt: Date.now() };
}

/** What `address` can claim. Throws `LEDGER_UNAVAILABLE` when nobody has the ledger. */
export async function readClaimable(address: Hex): Promise<Claimable> {
  return (await settlement()).claimable({ address });
}

/** Collects open vouchers, as many as one transaction takes. Throws what wallet and chain throw. */
export async function collectOpenVouchers(vouchers: readonly OpenVoucher[], account: Hex): Promise<CollectResult> {
  const [chain, { collectVouchers }] = await Promise.all([
    settlement(),
    import('../../workflows/epochs/collectVouchers.ts'),
  ]);
  return settling(() => collectVouchers({ chain, account, vouchers }));
}

/**
 * Proposes the shares of a closed epoch. Throws `REWARDS_RECEIPTS_MISSING` when a receipt under a collected voucher is not
 * here and may still be on its way, and what wallet and chain throw.
 */
export async function proposeShares(epoch: bigint, account: Hex, onStep: (step: ProposeStep) => void): Promise<void> {
  const [chain, inbox, { proposeEpoch }] = await Promise.all([
    settlement(),
    voucherInbox(),
    import('../../workflows/epochs/proposeEpoch.ts'),
  ]);
  const result = await settling(() => proposeEpoch({ chain, account, epoch, inbox, ledgers, onStep }));
  if (result.kind === 'proposed') return;
  throw new TributaryError({
    code: 'REWARDS_RECEIPTS_MISSING',
    message: 'Not all receipts of this epoch are here, so the shares would be wrong.',
    facts: { epoch: epoch.toString(), missing: result.missing },
    hint: 'Connect to the relay and wait for them, or let somebody propose who has them.',
  });
}

/** Makes the pending root final. Throws what wallet and chain throw. */
export async function finalizePending(account: Hex): Promise<Confirmation> {
  return settling(async () => finalizeEpoch({ chain: await settlement(), account }));
}

/** What became of a claim that was sent, also by an earlier visit. Throws what the chain throws. */
export async function claimTransaction(hash: Hex): Promise<TransactionState> {
  return (await settlement()).transaction({ hash });
}

/** Claims everything for the connected wallet. `onSubmitted` hears of the transaction before it is in a block. */
export async function claimRewards(
  connected: Hex,
  onSubmitted: (hash: Hex) => void,
): Promise<Confirmation & { readonly amount: bigint }> {
  const chain = await settlement();
  return settling(async () => {
    await ensureGas(chain, connected);
    return chain.claim({ onSubmitted });
  });
}
