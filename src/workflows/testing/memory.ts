// Ports in memory, for tests of workflows.
import type { Hex } from '../../settlement/index.ts';
import type { SessionRecord, VoucherRecord } from '../../store/index.ts';
import type {
  PaymentChain,
  PaymentPorts,
  SessionTable,
  SetUpPlan,
  SetUpPlanTable,
  VoucherTable,
} from '../answers/paymentPorts.ts';
import type { InboxTable } from '../epochs/createVoucherInbox.ts';
import type { LedgerStore } from '../epochs/epochPorts.ts';
import { answeringLate } from './answeringLate.ts';

export function memoryTable<Value>(entries: Map<string, Value> = new Map()): InboxTable<Value> {
  return answeringLate({
    all: async () => [...entries.values()],
    put: async (key: string, value: Value) => void entries.set(key, value),
    delete: async (key: string) => void entries.delete(key),
  });
}

export function memoryLedgers(ledgers: Map<Hex, Uint8Array> = new Map()): LedgerStore {
  return answeringLate<LedgerStore>({
    read: async (digest) => ledgers.get(digest),
    publish: async (bytes, digest) => void ledgers.set(digest, bytes),
  });
}

/** Payments over a chain, with tables that a test can look into. `now` in milliseconds. */
export function memoryPayments(chain: PaymentChain, now: () => number) {
  const sessions = new Map<string, SessionRecord>();
  const vouchers = new Map<string, VoucherRecord>();
  const plans = new Map<string, SetUpPlan>();
  let last: Promise<unknown> = Promise.resolve();
  let settingUp = false;
  const ports: PaymentPorts = {
    deployment: chain.deployment,
    chain: async () => chain,
    confirmedVersions: new Set(),
    sessions: answeringLate<SessionTable>({
      get: async (id) => sessions.get(id),
      put: async (record) => void sessions.set(record.id, record),
      delete: async (id) => void sessions.delete(id),
    }),
    vouchers: answeringLate<VoucherTable>({
      get: async (id) => vouchers.get(id),
      put: async (record) => void vouchers.set(record.id, record),
      startingWith: async (prefix) => [...vouchers.values()].filter(({ id }) => id.startsWith(prefix)),
    }),
    plans: answeringLate<SetUpPlanTable>({
      get: async (id) => plans.get(id),
      put: async (plan) => void plans.set(plan.id, plan),
      delete: async (id) => void plans.delete(id),
    }),
    async withSetUpLock(work) {
      if (settingUp) return undefined;
      settingUp = true;
      try {
        return await work();
      } finally {
        settingUp = false;
      }
    },
    isLocked: () => false,
    signingKey: async ({ address, privateKey }) => ({ address: address as Hex, privateKey: privateKey as Hex }),
    withVoucherLock(work) {
      const next = last.then(work);
      last = next.catch(() => undefined);
      return next;
    },
    now,
  };
  return { ports, sessions, vouchers, plans };
}
