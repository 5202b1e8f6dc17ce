// Signs a voucher with a session key, without a wallet prompt, in about a millisecond.
import { privateKeyToAccount } from 'viem/accounts';
import type { Deployment } from './types/deployment.ts';
import type { Channel, SessionKey, SignedVoucher, Voucher } from './types/voucher.ts';
import { voucherTypedData } from './voucherTypedData.ts';

export interface SignVoucherParameters {
  readonly deployment: Pick<Deployment, 'chainId' | 'addresses'>;
  readonly voucher: Voucher;
  /** The channel that `nextVoucher` returned with the voucher. */
  readonly channel: Pick<Channel, 'receipts'>;
  /** Of the signer whom the voucher names. */
  readonly key: SessionKey;
}

export async function signVoucher({
  deployment,
  voucher,
  channel,
  key,
}: SignVoucherParameters): Promise<SignedVoucher> {
  const account = privateKeyToAccount(key.privateKey);
  const signature = await account.signTypedData(voucherTypedData({ deployment, voucher }));
  return { voucher, signature, receipts: channel.receipts };
}
