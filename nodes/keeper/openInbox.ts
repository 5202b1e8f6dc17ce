// The keeper's inbox over a folder: vouchers in their announced form, receipts as the JSON of what the ledger needs.
import path from 'node:path';
import { type Deployment, decodeSignedVoucher, encodeSignedVoucher } from '../../src/settlement/index.ts';
import {
  createVoucherInbox,
  type KnownReceipt,
  type VoucherInbox,
} from '../../src/workflows/epochs/createVoucherInbox.ts';
import { openFileTable } from './openFileTable.ts';

/** A reset chain has other channels: each chain has a folder of its own. */
export async function openInbox(
  folder: string,
  deployment: Deployment,
): Promise<{ readonly inbox: VoucherInbox; close(): Promise<void> }> {
  const chain = path.join(folder, `inbox-${deployment.genesisHash.slice(2, 10)}`);
  const [vouchers, receipts] = await Promise.all([
    openFileTable({
      folder: path.join(chain, 'vouchers'),
      encode: encodeSignedVoucher,
      decode: decodeSignedVoucher,
    }),
    openFileTable<KnownReceipt>({
      folder: path.join(chain, 'receipts'),
      encode: ({ digest, decoded: { subject, shares } }) =>
        new TextEncoder().encode(JSON.stringify({ digest, decoded: { subject, shares } })),
      decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
    }),
  ]);
  const inbox = await createVoucherInbox({ deployment, vouchers, receipts });
  return {
    inbox,
    async close() {
      await Promise.all([vouchers.close(), receipts.close()]);
    },
  };
}
