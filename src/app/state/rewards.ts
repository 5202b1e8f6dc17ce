// Reading and settling rewards: what an address earned, where the epochs stand, and the three steps that anyone may take:
// collect vouchers, propose the shares of a closed epoch, make a proposal final. Amounts are wei of OPEN.
import { TributaryError } from '../../lib/errors.ts';
import { cid } from '../../lib/units.ts';
import type {
  Balances,
  ChainHealth,
  Claimable,
  CollectResult,
  Confirmation,
  EpochPool,
  EpochState,
  Hex,
  Ledger,
  LedgerReceipt,
  RewardsState,
  Settlement,
  SignedVoucher,
} from '../../settlement/index.ts';
import { ensureGas } from '../../workflows/ensureGas.ts';
import { fetchLedger } from './ledgers.ts';
import { peers } from './peers.ts';
import { settlement } from './settlement.ts';
import { knownReceipts, knownVouchers, latestVouchers } from './voucherInbox.ts';

/** A voucher with what the chain has not drawn of it yet. */
export interface OpenVoucher {
  readonly signed: SignedVoucher;
  readonly amount: bigint;
}

export interface RewardsReading {
  readonly health: ChainHealth;
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

/** The first epoch with money that no root covers. */
async function nextFunded(chain: Settlement, rewards: RewardsState): Promise<EpochPool | undefined> {
  const [epoch] = await chain.fundedEpochs({ from: rewards.nextEpoch });
  return epoch === undefined ? undefined : chain.pool({ epoch });
}

async function openVouchers(chain: Settlement, state: EpochState): Promise<readonly OpenVoucher[]> {
  const { epochSeconds, graceSeconds } = chain.deployment.profile;
  const open: OpenVoucher[] = [];
  for (const signed of latestVouchers()) {
    const { payer, modelId, epoch, cumulative } = signed.voucher;
    const closesAt = state.endsAt - Number(state.epoch - epoch) * epochSeconds + graceSeconds;
    if (closesAt <= state.now) continue;
    const collected = await chain.collected({ payer, modelId, epoch });
    if (cumulative > collected) open.push({ signed, amount: cumulative - collected });
  }
  return open;
}

/** Everything the room shows, read from the chain at once. Throws what the chain throws. */
export async function readRewards(connected: Hex | undefined): Promise<RewardsReading> {
  const chain = await settlement();
  const health = await chain.health();
  if (health.state !== 'ready') throw healthError(health);
  const [epoch, rewards, models] = await Promise.all([chain.epoch(), chain.rewards(), chain.models()]);
  const funded = await nextFunded(chain, rewards);
  const [requiredBond, bonded, balances, vouchers] = await Promise.all([
    funded === undefined ? 0n : chain.requiredBond({ epoch: funded.epoch }),
    connected === undefined ? undefined : chain.bonded({ address: connected }),
    connected === undefined ? undefined : chain.balances(connected),
    openVouchers(chain, epoch),
  ]);
  const ownerShares = new Map(models.map((model) => [model.id.toLowerCase(), model.ownerBps]));
  return { health, epoch, rewards, funded, requiredBond, bonded, balances, vouchers, ownerShares, readAt: Date.now() };
}

function healthError(health: ChainHealth): TributaryError {
  if (health.state === 'wrongChain') {
    return new TributaryError({
      code: 'CHAIN_ID_MISMATCH',
      message: 'The address of the chain answers for another chain.',
      facts: { chainId: health.chainId },
      hint: 'Correct the RPC address in the settings.',
    });
  }
  if (health.state === 'unreachable') {
    return new TributaryError({
      code: 'CHAIN_UNREACHABLE',
      message: 'The chain does not answer.',
      hint: 'Check the connection, or set another RPC address in the settings.',
    });
  }
  return new TributaryError({
    code: 'CHAIN_RESET',
    message: 'The chain was started anew: its contracts are not the ones of this page.',
    facts: { state: health.state },
    hint: 'Reload the page; what was earned on the old chain is void.',
  });
}

/** What `address` can claim. Throws `LEDGER_UNAVAILABLE` when nobody has the ledger. */
export async function readClaimable(address: Hex): Promise<Claimable> {
  return (await settlement()).claimable({ address });
}

/** The ledger of the current root, or undefined before the first. Throws `LEDGER_UNAVAILABLE`. */
export async function currentLedger(
  rewards: RewardsState,
): Promise<{ readonly ledger: Ledger; readonly digest: Hex } | undefined> {
  if (rewards.current.status === 'none' || rewards.current.total === 0n) return undefined;
  const digest = rewards.current.dataDigest;
  const bytes = await fetchLedger(digest);
  if (bytes === undefined) {
    throw new TributaryError({
      code: 'LEDGER_UNAVAILABLE',
      message: 'The ledger behind the current root could not be fetched.',
      facts: { digest },
      hint: 'Connect to a relay or peer that keeps it, then try again; a claim does not expire.',
    });
  }
  const { decodeLedger } = await import('../../settlement/index.ts');
  return { ledger: decodeLedger({ bytes, digest }), digest };
}

/** Draws all open vouchers at once. */
export async function collectVouchers(vouchers: readonly OpenVoucher[], connected: Hex): Promise<CollectResult> {
  const chain = await settlement();
  await ensureGas(chain, connected);
  return chain.collect({ vouchers: vouchers.map(({ signed }) => signed) });
}

/** A receipt in the form that ledgers take, if it is here. */
function ledgerReceipt(digest: Hex): LedgerReceipt | undefined {
  const decoded = knownReceipts().get(digest.toLowerCase() as Hex)?.decoded;
  if (decoded === undefined) return undefined;
  const { subject, shares } = decoded;
  return {
    digest,
    modelId: subject.model as Hex,
    amount: BigInt(subject.amount),
    shares: shares.map(({ account, ppm }) => ({ account: account as Hex, ppm })),
  };
}

export type ProposeStep = 'ledger' | 'bond' | 'propose';

/**
 * Computes the shares of a closed epoch from receipts, publishes the ledger, bonds what is missing, and proposes its root.
 * Throws `REWARDS_RECEIPTS_MISSING` when a receipt under a collected voucher is not here and may still be on its way; one
 * epoch later the money goes by the receipts that are here.
 */
export async function proposeEpoch(
  pool: EpochPool,
  rewards: RewardsState,
  connected: Hex,
  onStep: (step: ProposeStep) => void,
): Promise<Confirmation> {
  onStep('ledger');
  const chain = await settlement();
  const { encodeLedger, ledgerCid, prepareLedger } = await import('../../settlement/index.ts');
  const { ledger, missing } = await prepareLedger({
    settlement: chain,
    epoch: pool.epoch,
    vouchers: [...knownVouchers().values()].filter(({ voucher }) => voucher.epoch === pool.epoch),
    receipt: ledgerReceipt,
    previous: await currentLedger(rewards),
  });
  const state = await chain.epoch();
  const { epochSeconds } = chain.deployment.profile;
  const closesAt = state.closesAt - Number(state.epoch - pool.epoch) * epochSeconds;
  if (missing > 0 && state.now < closesAt + epochSeconds) {
    throw new TributaryError({
      code: 'REWARDS_RECEIPTS_MISSING',
      message: 'Not all receipts of this epoch are here, so the shares would be wrong.',
      facts: { epoch: pool.epoch.toString(), missing },
      hint: 'Connect to the relay and wait for them, or let somebody propose who has them.',
    });
  }
  const { bytes, digest } = encodeLedger(ledger);
  const node = await peers();
  await node.blocks.put(bytes, 'raw');
  await node.announce({ kind: 'ledger', scope: '', cid: cid(ledgerCid(digest)) });

  await ensureGas(chain, connected);
  const [required, bonded] = await Promise.all([
    chain.requiredBond({ epoch: pool.epoch }),
    chain.bonded({ address: connected }),
  ]);
  if (bonded < required) {
    onStep('bond');
    await chain.bond({ amount: required - bonded });
  }
  onStep('propose');
  return chain.propose({ ledger, dataDigest: digest });
}

export async function finalizeEpoch(connected: Hex): Promise<Confirmation> {
  const chain = await settlement();
  await ensureGas(chain, connected);
  return chain.finalize();
}

/** Claims everything for the connected wallet. `onSubmitted` hears of the transaction before it is in a block. */
export async function claimRewards(
  connected: Hex,
  onSubmitted: (hash: Hex) => void,
): Promise<Confirmation & { readonly amount: bigint }> {
  const chain = await settlement();
  await ensureGas(chain, connected);
  return chain.claim({ onSubmitted });
}
