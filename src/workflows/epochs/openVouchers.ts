// Vouchers that are worth collecting now.
import type { EpochState, Hex, SignedVoucher, Voucher } from '../../settlement/index.ts';
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

/** Something that several vouchers draw on, in wei. */
interface Purse {
  left: bigint;
}

interface SignerState {
  /** Seconds of the chain's clock. */
  readonly validUntil: number;
  /** What is left of the key's cap; a payer's own signature has none. */
  readonly cap: readonly Purse[];
}

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/** Asks once for all vouchers with the same answer. */
function askOnce<Value>(
  keyOf: (voucher: Voucher) => string,
  ask: (voucher: Voucher) => Promise<Value>,
): (signed: SignedVoucher) => Promise<Value> {
  const answers = new Map<string, Promise<Value>>();
  return ({ voucher }) => {
    const key = keyOf(voucher).toLowerCase();
    const answer = answers.get(key) ?? ask(voucher);
    answers.set(key, answer);
    return answer;
  };
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
  const timesOf = (signed: SignedVoucher) => epochTimes(signed.voucher.epoch, state, chain.deployment.profile);
  const signerOf = askOnce(
    ({ payer, signer }) => `${payer}/${signer}`,
    async ({ payer, signer }): Promise<SignerState> => {
      if (signer.toLowerCase() === payer.toLowerCase()) return { validUntil: Number.POSITIVE_INFINITY, cap: [] };
      const { validUntil, cap, spent } = await chain.sessionKey({ payer, signer });
      return { validUntil, cap: [{ left: cap - spent }] };
    },
  );
  const prepaidOf = askOnce(
    ({ payer }) => payer,
    async ({ payer }): Promise<Purse> => ({ left: (await chain.balances(payer)).escrow }),
  );

  const current = [...vouchers].filter((signed) => {
    const { startsAt, closesAt } = timesOf(signed);
    return startsAt <= state.now && state.now < closesAt;
  });
  const signers = await Promise.all(
    newestVouchers(current).map(async (signed) => ({ signed, signer: await signerOf(signed) })),
  );
  const allowed = signers.filter(({ signed, signer }) => signer.validUntil >= timesOf(signed).startsAt);
  if (allowed.length === 0) return [];
  const [payable, owing] = await Promise.all([
    payableModels(chain),
    Promise.all(
      allowed.map(async ({ signed, signer: { cap } }) => {
        const [prepaid, collected] = await Promise.all([prepaidOf(signed), chain.collected(signed.voucher)]);
        return { signed, purses: [prepaid, ...cap], owed: signed.voucher.cumulative - collected };
      }),
    ),
  ]);
  const drawable = ({ owed, purses }: (typeof owing)[number]): bigint =>
    purses.reduce((amount, { left }) => smaller(amount, left), owed);
  return owing
    .filter(({ signed }) => payable.has(signed.voucher.modelId))
    .map((each) => ({ ...each, alone: drawable(each) }))
    .sort((a, b) => (a.alone > b.alone ? -1 : a.alone < b.alone ? 1 : 0))
    .flatMap((each) => {
      // What the ones before it draw is missing for this one.
      const amount = drawable(each);
      if (amount <= 0n) return [];
      for (const purse of each.purses) purse.left -= amount;
      return [{ signed: each.signed, amount }];
    });
}
