// Event tables that live as long as the process: for the keeper, tools and tests.

import type { EventRecord } from './eventReader.ts';
import type { BlockReference, EventTables } from './eventTables.ts';

export function memoryEventTables(): EventTables {
  const scopes = new Map<string, { blocks: readonly BlockReference[]; records: Map<string, EventRecord> }>();
  return {
    async blocks(scope) {
      return scopes.get(scope)?.blocks ?? [];
    },
    async commit({ scope, expected, deleteAbove, records, blocks }) {
      const stored = scopes.get(scope);
      if (stored?.blocks.at(-1)?.hash !== expected) return false;
      const retained = [...(stored?.records.values() ?? [])].filter(({ blockNumber }) => blockNumber <= deleteAbove);
      scopes.set(scope, { blocks, records: new Map([...retained, ...records].map((record) => [record.id, record])) });
      return true;
    },
    async list(scope, name) {
      return [...(scopes.get(scope)?.records.values() ?? [])]
        .filter((record) => record.name === name)
        .sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
    },
  };
}
