// Receipts and vouchers that this browser knows: its own, and those that peers announce. Anyone may collect vouchers and
// propose shares from them; what they say is checked here (signature, form) and again on the chain.
import { createSignal } from 'solid-js';
import type { DecodedReceipt } from '../../attribution/index.ts';
import { cidDigest } from '../../datanet/index.ts';
import { cid as asCid } from '../../lib/units.ts';
import type { Hex, SignedVoucher } from '../../settlement/index.ts';
import { database } from '../../store/index.ts';
import { attribution } from './attribution.ts';
import { peers } from './peers.ts';
import { deployment } from './settlement.ts';

export interface KnownReceipt {
  /** SHA-256 of its bytes. */
  readonly digest: Hex;
  readonly decoded: DecodedReceipt;
}

const [receipts, setReceipts] = createSignal<ReadonlyMap<Hex, KnownReceipt>>(new Map());
/** By digest. */
export const knownReceipts = receipts;

const [vouchers, setVouchers] = createSignal<ReadonlyMap<string, SignedVoucher>>(new Map());
/** All of them: the one that was drawn need not be the newest of its channel. */
export const knownVouchers = vouchers;

function channelOf({ voucher }: SignedVoucher): string {
  return `${voucher.payer}/${voucher.modelId}/${voucher.epoch}`.toLowerCase();
}

/** The newest of each (payer, model, epoch): it replaces all before. */
export function latestVouchers(): readonly SignedVoucher[] {
  const newest = new Map<string, SignedVoucher>();
  for (const signed of vouchers().values()) {
    const before = newest.get(channelOf(signed));
    if (before === undefined || before.voucher.cumulative < signed.voucher.cumulative) {
      newest.set(channelOf(signed), signed);
    }
  }
  return [...newest.values()];
}

const [refused, setRefused] = createSignal(0);
/** Announced receipts and vouchers that could not be had or are not what they claim. */
export const refusedPayments = refused;

function addVoucher(signed: SignedVoucher): void {
  const key = `${channelOf(signed)}/${signed.voucher.receiptsRoot.toLowerCase()}`;
  setVouchers((known) => (known.has(key) ? known : new Map(known).set(key, signed)));
}

async function addReceipt(digest: Hex, bytes: Uint8Array): Promise<void> {
  if (receipts().has(digest)) return;
  const decoded = await attribution().decodeReceipt({ receipt: bytes });
  setReceipts((known) => new Map(known).set(digest, { digest, decoded }));
}

async function receiveVoucher(cid: string): Promise<void> {
  const [{ decodeSignedVoucher, verifySignedVoucher }, node, known] = await Promise.all([
    import('../../settlement/index.ts'),
    peers(),
    deployment(),
  ]);
  const signed = decodeSignedVoucher(await node.blocks.get(asCid(cid)));
  if (known === undefined || !(await verifySignedVoucher({ deployment: known, signed }))) {
    setRefused((count) => count + 1);
    return;
  }
  addVoucher(signed);
}

async function receiveReceipt(cid: string): Promise<void> {
  const node = await peers();
  await addReceipt(cidDigest(cid), await node.blocks.get(asCid(cid)));
}

/** What this browser made itself; read again when a room opens. */
export async function loadOwnPayments(): Promise<void> {
  const genesis = (await deployment())?.genesisHash.toLowerCase();
  if (genesis === undefined) return;
  for (const record of await database().vouchers.toArray()) {
    // Vouchers of a chain that was started anew are void.
    if (record.id.startsWith(genesis)) addVoucher(record.signed as SignedVoucher);
  }
  for (const record of await database().receipts.toArray()) await addReceipt(`0x${record.id}`, record.bytes);
}

let following: Promise<void> | undefined;

async function follow(): Promise<void> {
  await loadOwnPayments();
  const node = await peers();
  node.subscribe(({ kind, cid }) => {
    if (kind !== 'voucher' && kind !== 'receipt') return;
    const received = kind === 'voucher' ? receiveVoucher(cid) : receiveReceipt(cid);
    received.catch(() => setRefused((count) => count + 1));
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
