// A table of the voucher inbox in one folder: a file per entry, replaced as a whole, so that a killed process leaves the old
// entry or the new one.
import { openFileState } from '../../src/peers/node.ts';
import type { InboxTable } from '../../src/workflows/epochs/createVoucherInbox.ts';

export interface FileTableParameters<Value> {
  readonly folder: string;
  readonly encode: (value: Value) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Value;
}

export async function openFileTable<Value>({
  folder,
  encode,
  decode,
}: FileTableParameters<Value>): Promise<InboxTable<Value>> {
  const state = await openFileState(folder);
  return {
    all: async () => (await state.entries()).map(([, bytes]) => decode(bytes)),
    put: (key, value) => state.put(key, encode(value)),
    delete: (key) => state.delete(key),
  };
}
