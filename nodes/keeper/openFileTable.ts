// A table of the voucher inbox in one folder: a database, in which a killed process leaves the old entry or the new one.
import { openFileState } from '../../src/peers/node.ts';
import type { InboxTable } from '../../src/workflows/epochs/createVoucherInbox.ts';

export interface FileTableParameters<Value> {
  readonly folder: string;
  readonly encode: (value: Value) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Value;
}

export interface FileTable<Value> extends InboxTable<Value> {
  close(): Promise<void>;
}

/** Nothing for an entry of another version: what it said is announced again, and one entry must not keep the keeper from starting. */
function readEntry<Value>(decode: (bytes: Uint8Array) => Value, bytes: Uint8Array): Value[] {
  try {
    return [decode(bytes)];
  } catch {
    return []; // unreadable
  }
}

export async function openFileTable<Value>({
  folder,
  encode,
  decode,
}: FileTableParameters<Value>): Promise<FileTable<Value>> {
  const state = await openFileState(folder);
  return {
    all: async () => (await state.entries()).flatMap(([, bytes]) => readEntry(decode, bytes)),
    put: (key, value) => state.put(key, encode(value)),
    delete: (key) => state.delete(key),
    close: () => state.close(),
  };
}
