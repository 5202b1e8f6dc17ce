// Receipts and vouchers that this browser knows: its own, and those that peers announce. Anyone may collect vouchers and
// propose shares from them; what they say is checked by the inbox (signature, form) and again on the chain.
import { createSignal, type Setter } from 'solid-js';
import type { DecodedReceipt } from '../../attribution/index.ts';
import { lazy } from '../../lib/lazy.ts';
import type { SignedVoucher } from '../../settlement/index.ts';
import { database } from '../../store/index.ts';
import type { InboxTable, KnownReceipt, VoucherInbox } from '../../workflows/epochs/createVoucherInbox.ts';
import { attribution } from './attribution.ts';
import { followPeers } from './peers.ts';
import { deployment, settlement } from './settlement.ts';

const [receipts, setReceipts] = createSignal<ReadonlyMap<string, KnownReceipt>>(new Map());
/** By digest. */
export const knownReceipts = receipts;

const [vouchers, setVouchers] = createSignal<ReadonlyMap<string, SignedVoucher>>(new Map());
/** All of them: the one that was collected need not be the newest of its channel. */
export const knownVouchers = vouchers;

const [refused, setRefused] = createSignal(0);
/** Announced receipts and vouchers that could not be fetched or are not what they claim. */
export const refusedPayments = refused;

/** The inbox's entries as a signal. They last as long as the page: its own are in the database, others announce again. */
function signalTable<Value>(set: Setter<ReadonlyMap<string, Value>>): InboxTable<Value> {
  return {
    all: async () => [],
    async put(key, value) {
      set((known) => new Map(known).set(key, value));
    },
    async delete(key) {
      set((known) => new Map([...known].filter(([other]) => other !== key)));
    },
  };
}

const inbox = lazy(async (): Promise<VoucherInbox> => {
  const [{ createVoucherInbox }, chain] = await Promise.all([
    import('../../workflows/epochs/createVoucherInbox.ts'),
    settlement(),
  ]);
  return createVoucherInbox({
    deployment: chain.deployment,
    vouchers: signalTable(setVouchers),
    receipts: signalTable(setReceipts),
  });
});

/** What this page's steps of settling read. Throws `APP_NO_CHAIN`. */
export function voucherInbox(): Promise<VoucherInbox> {
  return inbox.get();
}

const decodeReceipt = (receipt: Uint8Array): Promise<DecodedReceipt> => attribution().decodeReceipt({ receipt });

/** What this browser made itself; read again when a room opens. */
export async function loadOwnPayments(): Promise<void> {
  const genesis = (await deployment())?.genesisHash.toLowerCase();
  if (genesis === undefined) return;
  const open = await voucherInbox();
  for (const record of await database().vouchers.toArray()) {
    // Vouchers of a chain that was started anew are void.
    if (record.id.startsWith(genesis)) await open.addVoucher(record.signed as SignedVoucher);
  }
  for (const { id, bytes } of await database().receipts.toArray()) {
    if (open.receipt(`0x${id}`) === undefined) {
      await open.addReceipt({ digest: `0x${id}`, decoded: await decodeReceipt(bytes) });
    }
  }
}

let following: Promise<void> | undefined;

async function follow(): Promise<void> {
  await loadOwnPayments();
  const [{ hearAnnouncement }, open] = await Promise.all([
    import('../../workflows/epochs/hearAnnouncement.ts'),
    voucherInbox(),
  ]);
  const refuse = (): void => void setRefused((count) => count + 1);
  await followPeers(({ blocks, subscribe }) => {
    subscribe((announcement) => {
      hearAnnouncement({ announcement, blocks, inbox: open, decodeReceipt }).then((heard) => {
        if (heard === 'invalid') refuse();
      }, refuse);
    });
  });
}

/** Takes in receipts and vouchers as they are announced. Safe to call often. */
export function followPayments(): Promise<void> {
  following ??= follow().catch((error: unknown) => {
    following = undefined;
    throw error;
  });
  return following;
}
