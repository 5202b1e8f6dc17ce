// Vouchers that are worth collecting now.
import type { EpochState, SignedVoucher } from '../../settlement/index.ts';
import type { EpochChain } from './epochPorts.ts';
import { epochTimes } from './epochTimes.ts';
import { newestVouchers } from './newestVouchers.ts';

/** A voucher with what the chain has not collected of it yet, in wei. */
export interface OpenVoucher {
  readonly signed: SignedVoucher;
  readonly amount: bigint;
}

export interface OpenVouchersParameters {
  readonly chain: Pick<EpochChain, 'collected' | 'deployment' | 'sessionKey'>;
  readonly state: EpochState;
  /** All known vouchers, of any epoch. */
  readonly vouchers: Iterable<SignedVoucher>;
}

/**
 * Those whose signer may spend for their payer, as the escrow decides it: anyone can sign as a key that a payer never allowed. One
 * that has spent all that it may draws nothing more, and would only be refused.
 */
async function allowedVouchers(
  vouchers: readonly SignedVoucher[],
  { chain, state }: Pick<OpenVouchersParameters, 'chain' | 'state'>,
): Promise<readonly SignedVoucher[]> {
  const pairOf = ({ voucher: { payer, signer } }: SignedVoucher): string => `${payer}/${signer}`.toLowerCase();
  const pairs = new Map(vouchers.map((signed) => [pairOf(signed), signed.voucher]));
  const validUntil = new Map(
    await Promise.all(
      [...pairs].map(async ([pair, { payer, signer }]): Promise<readonly [string, number]> => {
        if (signer.toLowerCase() === payer.toLowerCase()) return [pair, Number.POSITIVE_INFINITY];
        const { validUntil: until, cap, spent } = await chain.sessionKey({ payer, signer });
        return [pair, spent < cap ? until : 0];
      }),
    ),
  );
  return vouchers.filter((signed) => {
    const { startsAt } = epochTimes(signed.voucher.epoch, state, chain.deployment.profile);
    return (validUntil.get(pairOf(signed)) ?? 0) >= startsAt;
  });
}

/**
 * The newest voucher of each channel whose epoch has begun and not closed, that its payer allows, and that holds more than was
 * collected.
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
  const collectable = newestVouchers(await allowedVouchers(current, { chain, state }));
  const amounts = await Promise.all(
    collectable.map(async ({ voucher }) => voucher.cumulative - (await chain.collected(voucher))),
  );
  return collectable
    .map((signed, index) => ({ signed, amount: amounts[index] ?? 0n }))
    .filter(({ amount }) => amount > 0n);
}
