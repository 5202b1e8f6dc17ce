// Ports in memory, for tests of workflows.
import type { Hex } from '../../settlement/index.ts';
import type { InboxTable } from '../epochs/createVoucherInbox.ts';
import type { LedgerStore } from '../epochs/epochPorts.ts';

export function memoryTable<Value>(entries: Map<string, Value> = new Map()): InboxTable<Value> {
  return {
    all: async () => [...entries.values()],
    put: async (key, value) => void entries.set(key, value),
    delete: async (key) => void entries.delete(key),
  };
}

export function memoryLedgers(ledgers: Map<Hex, Uint8Array> = new Map()): LedgerStore {
  return {
    read: async (digest) => ledgers.get(digest),
    publish: async (bytes, digest) => void ledgers.set(digest, bytes),
  };
}
