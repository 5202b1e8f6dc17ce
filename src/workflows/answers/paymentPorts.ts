// What paying for answers needs of the world: a chain, the session keys and vouchers of this browser, a lock and a clock.
import type { Deployment, Settlement } from '../../settlement/index.ts';
import type { SessionRecord, VoucherRecord } from '../../store/index.ts';

/** The part of a settlement that payments read and write. */
export type PaymentChain = Pick<
  Settlement,
  | 'deployment'
  | 'balances'
  | 'faucet'
  | 'deposit'
  | 'sessionKey'
  | 'setSessionKey'
  | 'revokeSessionKey'
  | 'epoch'
  | 'collected'
  | 'models'
  | 'versions'
>;

/** Session keys by `sessionId`. */
export interface SessionTable {
  get(id: string): Promise<SessionRecord | undefined>;
  put(record: SessionRecord): Promise<void>;
  delete(id: string): Promise<void>;
}

/** The channels of this browser, each with its newest voucher. */
export interface VoucherTable {
  get(id: string): Promise<VoucherRecord | undefined>;
  put(record: VoucherRecord): Promise<void>;
  /** Those whose id begins with `prefix`. */
  startingWith(prefix: string): Promise<readonly VoucherRecord[]>;
}

export interface PaymentPorts {
  readonly deployment: Deployment;
  /** Opened by the first call that needs it: most adapters are not on chain. */
  chain(): Promise<PaymentChain>;
  /** `model/manifest` of versions that the chain has listed: they cannot be withdrawn, so each is asked for once. */
  readonly confirmedVersions: Set<string>;
  readonly sessions: SessionTable;
  readonly vouchers: VoucherTable;
  /** Runs `work` while no other tab does the same: two answers must not be paid from one state of a channel. */
  withVoucherLock<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Milliseconds since 1970. */
  now(): number;
}
