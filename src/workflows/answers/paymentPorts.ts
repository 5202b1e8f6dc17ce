// What paying for answers needs of the world: a chain, the session keys and vouchers of this browser, a lock and a clock.
import type { Deployment, Hex, SessionKey, Settlement } from '../../settlement/index.ts';
import type { SessionRecord, VoucherRecord } from '../../store/index.ts';

/** The part of a settlement that payments read and write. */
export type PaymentChain = Pick<
  Settlement,
  | 'deployment'
  | 'balances'
  | 'faucet'
  | 'deposit'
  | 'deposited'
  | 'health'
  | 'transaction'
  | 'waitForTransaction'
  | 'unmined'
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

/** A set-up that began and is not known to be finished. */
export interface SetUpPlan {
  /** As the session's. */
  readonly id: string;
  /** Wei of OPEN that were asked for. */
  readonly amount: bigint;
  /** Deposits of later blocks are its own. */
  readonly afterBlock: bigint;
  /** Address of the key that it allows. */
  readonly key: string;
  /** What that key could spend in all before, in wei. */
  readonly capBefore: bigint;
  /** The wallet was asked to send; `hash` once it did, and neither once it is known how that ended. */
  readonly sent?: { readonly hash?: Hex };
}

export interface SetUpPlanTable {
  get(id: string): Promise<SetUpPlan | undefined>;
  put(plan: SetUpPlan): Promise<void>;
  delete(id: string): Promise<void>;
}

export interface PaymentPorts {
  readonly deployment: Deployment;
  /** Opened by the first call that needs it: most adapters are not on chain. */
  chain(): Promise<PaymentChain>;
  /** `model/manifest` of versions that the chain has listed: they cannot be withdrawn, so each is asked for once. */
  readonly confirmedVersions: Set<string>;
  readonly sessions: SessionTable;
  readonly plans: SetUpPlanTable;
  /** Runs `work` unless another tab does the same: then undefined. */
  withSetUpLock<Result>(work: () => Promise<Result>): Promise<Result | undefined>;
  /** Whether the person must unlock the key of a session before it can sign. */
  isLocked(record: SessionRecord): boolean;
  /** The key of a session, ready to sign. Throws `KEYS_LOCKED`. */
  signingKey(record: SessionRecord): Promise<SessionKey>;
  readonly vouchers: VoucherTable;
  /** Runs `work` while no other tab does the same: two answers must not be paid from one state of a channel. */
  withVoucherLock<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Milliseconds since 1970. */
  now(): number;
}
