// Receipts and vouchers on their way out: put as blocks, announced to the relay, or queued by the node until one is back.
// Without any relay they stay in this browser, marked so, and go out after a relay was added.
import type { Peers } from '../../peers/index.ts';
import type { SignedVoucher } from '../../settlement/index.ts';
import { database } from '../../store/index.ts';
import { inTurn } from './inTurn.ts';
import { followPeers, peers, relayAddresses } from './peers.ts';

/** Records that the node has queued become `sent` once they have left its queue. */
async function reconcile(node: Peers): Promise<void> {
  const waiting = new Set(node.pending().map((announcement) => announcement.cid as string));
  const left = (record: { readonly announced: string; readonly cid?: string }): boolean =>
    record.announced === 'queued' && record.cid !== undefined && !waiting.has(record.cid);
  await database().receipts.filter(left).modify({ announced: 'sent' });
  await database().vouchers.filter(left).modify({ announced: 'sent' });
}

const isWaiting = ({ announced }: { readonly announced: string }): boolean => announced !== 'sent';

function follow(node: Peers): void {
  node.onChange(() => void reconcile(node));
}

/** Keeps the records in step with the node's queue from now on. Starts the node when something may be waiting. */
export async function followQueue(): Promise<void> {
  await followPeers(follow);
  await reconcile(await peers());
}

/** Announces every receipt and voucher that has not been; one tab at a time. Returns whether the node took them. */
export function announceOutstanding(): Promise<'sent' | 'queued' | 'no'> {
  return inTurn('outbox', announceAll);
}

/**
 * Announces what was signed, or was still on its way, when an earlier page went away. Does nothing, and starts no node, where nothing
 * waits. Throws what node and tables throw.
 */
export async function announceWaiting(): Promise<void> {
  // A receipt leaves before the voucher that pays it: the vouchers, one a channel, tell of both.
  if ((await database().vouchers.filter(isWaiting).count()) === 0 || (await relayAddresses()).length === 0) return;
  await announceOutstanding();
  await followQueue();
}

async function announceAll(): Promise<'sent' | 'queued' | 'no'> {
  if ((await relayAddresses()).length === 0) return 'no';
  const receipts = await database()
    .receipts.filter((record) => record.announced === 'no')
    .toArray();
  const vouchers = await database()
    .vouchers.filter((record) => record.announced === 'no')
    .toArray();
  if (receipts.length === 0 && vouchers.length === 0) return 'sent';
  const [node, { encodeSignedVoucher }] = await Promise.all([peers(), import('../../settlement/index.ts')]);
  let result: 'sent' | 'queued' = 'sent';
  for (const record of receipts) {
    const cid = await node.blocks.put(record.bytes, 'dag-cbor');
    const announced = await node.announce({ kind: 'receipt', scope: record.adapterId.slice(0, 256), cid });
    await database().receipts.update(record.id, { cid, announced });
    if (announced === 'queued') result = 'queued';
  }
  for (const record of vouchers) {
    const cid = await node.blocks.put(encodeSignedVoucher(record.signed as SignedVoucher), 'raw');
    const announced = await node.announce({ kind: 'voucher', scope: record.modelId, cid });
    // A newer voucher of the channel may have been stored meanwhile: only this one was announced.
    await database().transaction('rw', database().vouchers, async () => {
      const current = await database().vouchers.get(record.id);
      if (current?.cumulative === record.cumulative) await database().vouchers.update(record.id, { cid, announced });
    });
    if (announced === 'queued') result = 'queued';
  }
  await followQueue();
  return result;
}
