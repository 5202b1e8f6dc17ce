import type { StateStore } from '../stateStore.ts';

/** A store that is gone with its test. */
export function memoryState(): StateStore {
  const map = new Map<string, Uint8Array>();
  return {
    entries: async () => [...map],
    put: async (key, value) => void map.set(key, value),
    delete: async (key) => void map.delete(key),
    close: async () => undefined,
  };
}
