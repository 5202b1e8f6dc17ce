// A keeper settles what it hears of: it collects vouchers, proposes each closed epoch, finalises it after its window. It
// decides nothing that a person at a page could not: the steps are the same. The contracts ask for a bond and no name.
import type { Address, CollectResult, Hex, Ledger } from '../../settlement/index.ts';
import { requireReady } from '../requireReady.ts';
import { collectVouchers } from './collectVouchers.ts';
import type { VoucherInbox } from './createVoucherInbox.ts';
import type { EpochChain, LedgerStore } from './epochPorts.ts';
import { finalizeEpoch } from './finalizeEpoch.ts';
import { openVouchers } from './openVouchers.ts';
import { proposeEpoch } from './proposeEpoch.ts';
import { readEpochPhase } from './readEpochPhase.ts';
import { voucherKey } from './voucherKey.ts';

export interface KeeperPorts {
  readonly chain: EpochChain;
  /** Pays the gas and, for proposals, the bond. */
  readonly account: Address;
  readonly inbox: VoucherInbox;
  readonly ledgers: LedgerStore;
}

export type KeeperEvent =
  | { readonly kind: 'collected'; readonly result: CollectResult }
  | { readonly kind: 'proposed'; readonly ledger: Ledger; readonly digest: Hex }
  | { readonly kind: 'finalized'; readonly epoch: bigint }
  /** So many transactions of the account are in no block yet: nothing is done until they are. */
  | { readonly kind: 'waiting'; readonly transactions: number };

export interface Keeper {
  /** Collects one batch of open vouchers; undefined when there is none. */
  collect(): Promise<CollectResult | undefined>;
  /** Proposes the ledger of the first closed epoch that holds money; undefined when there is none, or receipts are missing. */
  propose(): Promise<{ readonly ledger: Ledger; readonly digest: Hex } | undefined>;
  /** Finalises the pending root when its window has ended. */
  finalize(): Promise<bigint | undefined>;
  /**
   * Finalize, collect, propose: whatever can be done now. Forgets what is settled. Throws `CHAIN_RESET` and its like when this is not the chain of before,
   * and what the chain throws.
   */
  step(): Promise<readonly KeeperEvent[]>;
}

export function createKeeper({ chain, account, inbox, ledgers }: KeeperPorts): Keeper {
  /**
   * The chain's time at which a refused voucher may be tried again, by its key: its payer may deposit, but must not cost
   * gas at every step.
   */
  const retryAt = new Map<string, number>();

  async function collect(): Promise<CollectResult | undefined> {
    const state = await chain.epoch();
    const open = await openVouchers({ chain, state, vouchers: inbox.vouchers() });
    for (const [key, at] of retryAt) if (at <= state.now) retryAt.delete(key);
    const due = open.filter(({ signed }) => !retryAt.has(voucherKey(signed)));
    if (due.length === 0) return undefined;
    const result = await collectVouchers({ chain, account, vouchers: due });
    for (const { index } of result.refused) {
      const refused = due[index];
      if (refused === undefined) continue;
      retryAt.set(voucherKey(refused.signed), state.now + chain.deployment.profile.graceSeconds);
    }
    return result;
  }

  async function propose(): Promise<{ readonly ledger: Ledger; readonly digest: Hex } | undefined> {
    const phase = await readEpochPhase(chain);
    if (phase?.kind !== 'proposable') return undefined;
    const result = await proposeEpoch({ chain, account, epoch: phase.epoch, inbox, ledgers });
    return result.kind === 'proposed' ? { ledger: result.ledger, digest: result.digest } : undefined;
  }

  async function finalize(): Promise<bigint | undefined> {
    const phase = await readEpochPhase(chain);
    if (phase?.kind !== 'finalizable') return undefined;
    await finalizeEpoch({ chain, account });
    return phase.epoch;
  }

  /** Vouchers of settled epochs can never be collected again, and their receipts stand in the ledger, whoever settled them. */
  async function forgetSettled(): Promise<void> {
    const { nextEpoch } = await chain.rewards();
    if (nextEpoch > 0n) await inbox.prune(nextEpoch - 1n);
  }

  return {
    collect,
    propose,
    finalize,
    async step() {
      await requireReady(chain);
      // What an earlier step, or the program before its restart, has sent may do all this: it would be sent again.
      const transactions = await chain.unmined({ address: account });
      if (transactions > 0) return [{ kind: 'waiting', transactions }];
      const events: KeeperEvent[] = [];
      const epoch = await finalize();
      if (epoch !== undefined) events.push({ kind: 'finalized', epoch });
      await forgetSettled();
      const result = await collect();
      if (result !== undefined) events.push({ kind: 'collected', result });
      const proposed = await propose();
      if (proposed !== undefined) events.push({ kind: 'proposed', ...proposed });
      return events;
    },
  };
}
