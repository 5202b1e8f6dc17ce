// Vouchers and receipts that somebody announced: checked, each counted once, and stored through two tables that are handed
// in. What is in here does not depend on the order in which it was announced, so that honest proposers agree.
import type { DecodedReceipt } from '../../attribution/index.ts';
import {
  type Deployment,
  type Hex,
  type LedgerReceipt,
  type SignedVoucher,
  verifySignedVoucher,
} from '../../settlement/index.ts';
import { voucherKey } from './voucherKey.ts';

export interface KnownReceipt {
  /** SHA-256 of its bytes. */
  readonly digest: Hex;
  readonly decoded: Pick<DecodedReceipt, 'subject' | 'shares'>;
}

/** Where the inbox stores its entries: a folder, a signal, a map. */
export interface InboxTable<Value> {
  /** What an earlier inbox stored. */
  all(): Promise<readonly Value[]>;
  put(key: string, value: Value): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface VoucherInboxParameters {
  /** Signatures hold on one chain and one escrow only. */
  readonly deployment: Pick<Deployment, 'chainId' | 'addresses'>;
  readonly vouchers: InboxTable<SignedVoucher>;
  readonly receipts: InboxTable<KnownReceipt>;
}

export interface VoucherInbox {
  /** `known`: nothing new. `invalid`: not signed by its signer. */
  addVoucher(signed: SignedVoucher): Promise<'added' | 'known' | 'invalid'>;
  /** The first of a digest stays: the digest names the bytes, so another cannot say anything else. */
  addReceipt(receipt: KnownReceipt): Promise<'added' | 'known'>;
  /** All vouchers and not the newest only: the one that was collected may be an older one. */
  vouchers(): readonly SignedVoucher[];
  /** A receipt in the form that ledgers take. */
  receipt(digest: Hex): LedgerReceipt | undefined;
  /** Forgets the vouchers of all epochs up to `epoch`, and the receipts that no other voucher lists. */
  prune(epoch: bigint): Promise<void>;
}

const lowerCase = (digest: Hex): Hex => digest.toLowerCase() as Hex;

/** Opens an inbox over what its tables stored before. */
export async function createVoucherInbox({
  deployment,
  vouchers: voucherTable,
  receipts: receiptTable,
}: VoucherInboxParameters): Promise<VoucherInbox> {
  const [storedVouchers, storedReceipts] = await Promise.all([voucherTable.all(), receiptTable.all()]);
  const vouchers = new Map(storedVouchers.map((signed) => [voucherKey(signed), signed]));
  const receipts = new Map(storedReceipts.map((receipt) => [receipt.digest, receipt]));

  /** Of one signer over the same receipts the higher sum replaces the lower one; of equal ones the first stays. */
  function isKnown(signed: SignedVoucher): boolean {
    const known = vouchers.get(voucherKey(signed));
    return known !== undefined && known.voucher.cumulative >= signed.voucher.cumulative;
  }

  return {
    async addVoucher(given) {
      // Digests are compared as text later: one that is written in two ways must not be two receipts.
      const signed = { ...given, receipts: given.receipts.map(lowerCase) };
      if (isKnown(signed)) return 'known';
      if (!(await verifySignedVoucher({ deployment, signed }))) return 'invalid';
      // It may have arrived a second time during the check.
      if (isKnown(signed)) return 'known';
      const key = voucherKey(signed);
      vouchers.set(key, signed);
      await voucherTable.put(key, signed);
      return 'added';
    },
    async addReceipt(given) {
      const receipt = { ...given, digest: lowerCase(given.digest) };
      if (receipts.has(receipt.digest)) return 'known';
      receipts.set(receipt.digest, receipt);
      await receiptTable.put(receipt.digest, receipt);
      return 'added';
    },
    vouchers: () => [...vouchers.values()],
    receipt(digest) {
      const receipt = receipts.get(lowerCase(digest));
      if (receipt === undefined) return undefined;
      const { subject, shares } = receipt.decoded;
      return {
        digest: receipt.digest,
        modelId: subject.model as Hex,
        amount: BigInt(subject.amount),
        shares: shares.map(({ account, ppm }) => ({ account: account as Hex, ppm })),
      };
    },
    async prune(epoch) {
      const settled = [...vouchers].filter(([, { voucher }]) => voucher.epoch <= epoch);
      for (const [key] of settled) {
        vouchers.delete(key);
        await voucherTable.delete(key);
      }
      const listed = new Set([...vouchers.values()].flatMap((signed) => signed.receipts));
      for (const digest of new Set(settled.flatMap(([, signed]) => signed.receipts))) {
        if (listed.has(digest)) continue;
        receipts.delete(digest);
        await receiptTable.delete(digest);
      }
    },
  };
}
