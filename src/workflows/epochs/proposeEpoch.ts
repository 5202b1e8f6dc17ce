// Proposing the shares of a closed epoch: ledger, publication, bond, root. Keeper and page both take this way, so that two
// honest proposers with the same receipts propose the same root.
import { type Address, encodeLedger, type Hex, type Ledger, prepareLedger } from '../../settlement/index.ts';
import { ensureGas } from '../ensureGas.ts';
import type { VoucherInbox } from './createVoucherInbox.ts';
import { currentLedger } from './currentLedger.ts';
import type { EpochChain, LedgerStore } from './epochPorts.ts';
import { epochTimes } from './epochTimes.ts';

export type ProposeStep = 'ledger' | 'bond' | 'propose';

export interface ProposeEpochParameters {
  readonly chain: EpochChain;
  /** Pays the gas and the bond. */
  readonly account: Address;
  /** A closed epoch that holds money: the first of `fundedEpochs`. */
  readonly epoch: bigint;
  readonly inbox: Pick<VoucherInbox, 'vouchers' | 'receipt'>;
  readonly ledgers: LedgerStore;
  readonly onStep?: ((step: ProposeStep) => void) | undefined;
}

export type ProposeEpochResult =
  | { readonly kind: 'proposed'; readonly ledger: Ledger; readonly digest: Hex }
  /** Vouchers or receipts that the shares depend on may still be on their way; nothing was published or sent. */
  | { readonly kind: 'receiptsMissing'; readonly missing: number };

/** Throws what the chain, `currentLedger` and `prepareLedger` throw. */
export async function proposeEpoch({
  chain,
  account,
  epoch,
  inbox,
  ledgers,
  onStep,
}: ProposeEpochParameters): Promise<ProposeEpochResult> {
  onStep?.('ledger');
  const [rewards, state] = await Promise.all([chain.rewards(), chain.epoch()]);
  const { ledger, missing } = await prepareLedger({
    settlement: chain,
    epoch,
    vouchers: inbox.vouchers().filter(({ voucher }) => voucher.epoch === epoch),
    receipt: inbox.receipt,
    previous: await currentLedger({ rewards, read: ledgers.read }),
  });
  const { profile } = chain.deployment;
  // One epoch later the money goes by the receipts that are here: who withholds one must not stop the others' pay.
  const waitsUntil = epochTimes(epoch, state, profile).closesAt + profile.epochSeconds;
  if (missing > 0 && state.now < waitsUntil) return { kind: 'receiptsMissing', missing };

  const { bytes, digest } = encodeLedger(ledger);
  await ledgers.publish(bytes, digest);

  const [required, bonded] = await Promise.all([chain.requiredBond({ epoch }), chain.bonded({ address: account })]);
  const missingBond = required > bonded ? required - bonded : 0n;
  await ensureGas(chain, account, missingBond);
  if (missingBond > 0n) {
    onStep?.('bond');
    await chain.bond({ amount: missingBond });
  }
  onStep?.('propose');
  await chain.propose({ ledger, dataDigest: digest });
  return { kind: 'proposed', ledger, digest };
}
