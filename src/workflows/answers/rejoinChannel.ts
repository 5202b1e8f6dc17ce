// Two browsers of one wallet that answered at the same time: each has signed a sum without the other's. Whoever hears of the other
// signs the sum of both, so that none waits for a next answer.
import { type Address, channelVoucher, type Hex, signVoucher } from '../../settlement/index.ts';
import { openChannel } from './openChannel.ts';
import type { PaymentPorts } from './paymentPorts.ts';
import { spendable } from './spendable.ts';

export interface RejoinChannelParameters {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly ports: PaymentPorts;
}

/** Whether a voucher was signed: there was another browser's, beside which this one has paid. Throws what chain and tables throw. */
export async function rejoinChannel({ payer, modelId, ports }: RejoinChannelParameters): Promise<boolean> {
  return ports.withVoucherLock(async () => {
    const may = await spendable({ payer, ports });
    if (may.status !== 'allowed' || ports.isLocked(may.record)) return false;
    const key = await ports.signingKey(may.record);
    const epoch = await (await ports.chain()).epoch();
    const { id, channel, isSigned } = await openChannel({ payer, modelId, epoch, signer: key.address, ports });
    const stored = await ports.vouchers.get(id);
    if (stored === undefined || channel === undefined || channel.cumulative <= stored.cumulative) return false;
    if (isSigned || channel.receipts.length === 0) return false;
    const voucher = channelVoucher(channel);
    const signed = await signVoucher({ deployment: ports.deployment, voucher, channel, key });
    // A next try of announcing must send this one, not the one before.
    const { cid: _, ...rest } = stored;
    const { cumulative } = channel;
    await ports.vouchers.put({ ...rest, cumulative, channel, signed, announced: 'no', updatedAt: ports.now() });
    return true;
  });
}
