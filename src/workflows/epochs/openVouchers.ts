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
  readonly chain: Pick<EpochChain, 'collected' | 'deployment'>;
  readonly state: EpochState;
  /** All known vouchers, of any epoch. */
  readonly vouchers: Iterable<SignedVoucher>;
}

/** The newest voucher of each channel whose epoch has begun and not closed, and that holds more than was collected. */
export async function openVouchers({
  chain,
  state,
  vouchers,
}: OpenVouchersParameters): Promise<readonly OpenVoucher[]> {
  const collectable = newestVouchers(vouchers).filter(({ voucher: { epoch } }) => {
    const { startsAt, closesAt } = epochTimes(epoch, state, chain.deployment.profile);
    return startsAt <= state.now && state.now < closesAt;
  });
  const amounts = await Promise.all(
    collectable.map(
      async ({ voucher: { payer, modelId, epoch, cumulative } }) =>
        cumulative - (await chain.collected({ payer, modelId, epoch })),
    ),
  );
  return collectable
    .map((signed, index) => ({ signed, amount: amounts[index] ?? 0n }))
    .filter(({ amount }) => amount > 0n);
}
