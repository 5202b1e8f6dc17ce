// Vouchers that are worth collecting now.
import type { Address, EpochState, Hex, SignedVoucher } from '../../settlement/index.ts';
import type { EpochChain } from './epochPorts.ts';
import { epochTimes } from './epochTimes.ts';
import { newestVouchers } from './newestVouchers.ts';

/** A voucher with what collecting it now would draw, in wei. */
export interface OpenVoucher {
  readonly signed: SignedVoucher;
  readonly amount: bigint;
}

type OpenVouchersChain = Pick<EpochChain, 'balances' | 'collected' | 'deployment' | 'models' | 'sessionKey'>;

export interface OpenVouchersParameters {
  readonly chain: OpenVouchersChain;
  readonly state: EpochState;
  /** All known vouchers, of any epoch. */
  readonly vouchers: Iterable<SignedVoucher>;
}

interface SignerState {
  /** Seconds of the chain's clock. */
  readonly validUntil: number;
  /** What it may still spend, in wei; undefined without a cap. */
  left: bigint | undefined;
}

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);
const pairOf = ({ voucher: { payer, signer } }: SignedVoucher): string => `${payer}/${signer}`.toLowerCase();

/** What the escrow lets each signer of these vouchers spend for their payer, by `pairOf`. */
async function signerStates(
  chain: OpenVouchersChain,
  vouchers: readonly SignedVoucher[],
): Promise<ReadonlyMap<string, SignerState>> {
  const pairs = new Map(vouchers.map((signed) => [pairOf(signed), signed.voucher]));
  return new Map(
    await Promise.all(
      [...pairs].map(async ([pair, { payer, signer }]): Promise<readonly [string, SignerState]> => {
        if (signer.toLowerCase() === payer.toLowerCase())
          return [pair, { validUntil: Number.POSITIVE_INFINITY, left: undefined }];
        const { validUntil, cap, spent } = await chain.sessionKey({ payer, signer });
        return [pair, { validUntil, left: cap - spent }];
      }),
    ),
  );
}

/** What each payer has prepaid, by lower-case address. */
async function prepaidAmounts(
  chain: OpenVouchersChain,
  vouchers: readonly SignedVoucher[],
): Promise<Map<string, bigint>> {
  const payers = new Map(vouchers.map(({ voucher: { payer } }): [string, Address] => [payer.toLowerCase(), payer]));
  return new Map(
    await Promise.all(
      [...payers].map(async ([key, payer]): Promise<[string, bigint]> => [key, (await chain.balances(payer)).escrow]),
    ),
  );
}

/** Whom the escrow pays: a model that was retired still collects what it is owed. */
async function payableModels(chain: OpenVouchersChain): Promise<ReadonlySet<Hex>> {
  const models = await chain.models();
  return new Set(models.filter(({ status }) => status === 'active' || status === 'retired').map(({ id }) => id));
}

/**
 * The newest voucher of each channel whose epoch has begun and not closed, as far as collecting it would draw something: signed by
 * whom its payer allows, for a model that can be paid, above what was collected, within what is prepaid and the key's cap. Anyone can
 * sign as somebody who has nothing, and what the escrow refuses costs whoever collects. The largest come first, so that
 * many of 1 wei do not fill a batch.
 */
export async function openVouchers({
  chain,
  state,
  vouchers,
}: OpenVouchersParameters): Promise<readonly OpenVoucher[]> {
  const current = [...vouchers].filter(({ voucher: { epoch } }) => {
    const { startsAt, closesAt } = epochTimes(epoch, state, chain.deployment.profile);
    return startsAt <= state.now && state.now < closesAt;
  });
  const signers = await signerStates(chain, current);
  const newest = newestVouchers(
    current.filter((signed) => {
      const { startsAt } = epochTimes(signed.voucher.epoch, state, chain.deployment.profile);
      return (signers.get(pairOf(signed))?.validUntil ?? 0) >= startsAt;
    }),
  );
  if (newest.length === 0) return [];
  const [payable, prepaid, collected] = await Promise.all([
    payableModels(chain),
    prepaidAmounts(chain, newest),
    Promise.all(newest.map(({ voucher }) => chain.collected(voucher))),
  ]);
  /** As the escrow limits it. */
  const drawable = ({ signed, owed }: { readonly signed: SignedVoucher; readonly owed: bigint }): bigint => {
    const covered = smaller(owed, prepaid.get(signed.voucher.payer.toLowerCase()) ?? 0n);
    const left = signers.get(pairOf(signed))?.left;
    return left === undefined ? covered : smaller(covered, left);
  };
  return newest
    .map((signed, index) => ({ signed, owed: signed.voucher.cumulative - (collected[index] ?? 0n) }))
    .filter(({ signed: { voucher }, owed }) => owed > 0n && payable.has(voucher.modelId.toLowerCase() as Hex))
    .map((each) => ({ ...each, alone: drawable(each) }))
    .sort((a, b) => (a.alone > b.alone ? -1 : a.alone < b.alone ? 1 : 0))
    .flatMap((each) => {
      const { signed } = each;
      // What the ones before it draw is missing for this one.
      const amount = drawable(each);
      if (amount === 0n) return [];
      const payer = signed.voucher.payer.toLowerCase();
      prepaid.set(payer, (prepaid.get(payer) ?? 0n) - amount);
      const signer = signers.get(pairOf(signed));
      if (signer?.left !== undefined) signer.left -= amount;
      return [{ signed, amount }];
    });
}
