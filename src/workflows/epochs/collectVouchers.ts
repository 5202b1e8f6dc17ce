// Collecting what payers owe: one transaction for a batch of vouchers.
import type { Address, CollectResult } from '../../settlement/index.ts';
import { ensureGas } from '../ensureGas.ts';
import type { EpochChain } from './epochPorts.ts';
import type { OpenVoucher } from './openVouchers.ts';

/** Vouchers in one transaction: at some 60,000 gas each this stays far below a block's limit. */
const MAX_BATCH = 100;

export interface CollectVouchersParameters {
  readonly chain: Pick<EpochChain, 'balances' | 'collect' | 'deployment' | 'faucet'>;
  /** Pays the gas and earns the collector's tip. */
  readonly account: Address;
  readonly vouchers: readonly OpenVoucher[];
}

/** Collects the first `MAX_BATCH` of the vouchers; the others stay open. A voucher that is refused does not stop the rest. */
export async function collectVouchers({ chain, account, vouchers }: CollectVouchersParameters): Promise<CollectResult> {
  await ensureGas(chain, account);
  return chain.collect({ vouchers: vouchers.slice(0, MAX_BATCH).map(({ signed }) => signed) });
}
