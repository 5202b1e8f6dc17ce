import { concatBytes } from '../../lib/bytes.ts';
import type { FileStore } from '../install/ports.ts';

/** What a page that goes away in the middle of a write looks like from inside: nothing after it runs. */
export const crash = new Error('the page went away');

export interface StoredFile {
  parts: Uint8Array<ArrayBuffer>[];
  facts?: Record<string, string>;
}

/** Storage that keeps complete parts alone, as the private file system does, and fails at a write if told to. */
export function memoryFileStore(
  partBytes: number,
): FileStore & { readonly stored: Map<string, StoredFile>; failAtWrite: number } {
  const stored = new Map<string, StoredFile>();
  const store = {
    stored,
    failAtWrite: Number.POSITIVE_INFINITY,
    async open(name: string) {
      const kept = (stored.get(name)?.parts ?? []).filter(({ byteLength }) => byteLength === partBytes);
      const file: StoredFile = { parts: kept };
      stored.set(name, file);
      let rest: Uint8Array<ArrayBuffer> = new Uint8Array();
      return {
        get keptBytes() {
          return file.parts.length * partBytes;
        },
        kept: new Blob(kept),
        async write(bytes: Uint8Array) {
          store.failAtWrite -= 1;
          if (store.failAtWrite <= 0) throw crash;
          rest = concatBytes([rest, bytes]);
          for (; rest.byteLength >= partBytes; rest = rest.slice(partBytes)) file.parts.push(rest.slice(0, partBytes));
        },
        async finish(facts: Record<string, string>) {
          if (rest.byteLength > 0) file.parts.push(rest);
          file.facts = facts;
          return new Blob(file.parts);
        },
      };
    },
    async read(name: string) {
      const file = stored.get(name);
      return file?.facts === undefined ? undefined : { blob: new Blob(file.parts), facts: file.facts };
    },
    async remove(name: string) {
      stored.delete(name);
    },
    sizeOf: async (name: string) => (stored.get(name)?.parts ?? []).reduce((sum, part) => sum + part.byteLength, 0),
    requireSpace: async () => undefined,
    persist: async () => true,
  };
  return store;
}
