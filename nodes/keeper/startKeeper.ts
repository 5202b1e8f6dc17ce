// A keeper as a peer like any other: it hears of vouchers and receipts from relays, and publishes ledgers to them.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { decodeReceipt } from '../../src/attribution/index.ts';
import { toTributaryError } from '../../src/lib/errors.ts';
import { cid } from '../../src/lib/units.ts';
import { type NodePeers, type ReceivedAnnouncement, startNodePeers } from '../../src/peers/node.ts';
import {
  type ConnectedWallet,
  type Deployment,
  decodeSignedVoucher,
  ledgerCid,
  openSettlement,
} from '../../src/settlement/index.ts';
import { createKeeper, type Keeper, type KeeperEvent } from '../../src/workflows/epochs/createKeeper.ts';
import type { VoucherInbox } from '../../src/workflows/epochs/createVoucherInbox.ts';
import type { LedgerStore } from '../../src/workflows/epochs/epochPorts.ts';
import { runKeeper } from '../../src/workflows/epochs/runKeeper.ts';
import { openInbox } from './openInbox.ts';

export interface StartKeeperParameters {
  /** Folder for identity, blocks, vouchers and receipts. */
  readonly folder: string;
  readonly deployment: Deployment;
  /** Pays the gas and, for proposals, the bond. */
  readonly wallet: ConnectedWallet;
  /** Multiaddrs of relays. */
  readonly relays: readonly string[];
  /** Without it the keeper settles nothing by itself: the caller steps it. */
  readonly intervalSeconds?: number | undefined;
  readonly onEvent?: (event: KeeperNodeEvent) => void;
}

export type KeeperNodeEvent =
  | KeeperEvent
  /** A step failed; it is tried again. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** What was announced could not be fetched, or is not what it claims. */
  | { readonly kind: 'refused'; readonly what: string; readonly cid: string; readonly message: string };

export interface KeeperNode {
  readonly keeper: Keeper;
  stop(): Promise<void>;
}

async function hear(node: NodePeers, inbox: VoucherInbox, { kind, cid }: ReceivedAnnouncement): Promise<void> {
  if (kind !== 'voucher' && kind !== 'receipt') return;
  const bytes = await node.blocks.get(cid);
  if (kind === 'voucher') {
    await inbox.addVoucher(decodeSignedVoucher(bytes));
    return;
  }
  const { subject, shares } = decodeReceipt(bytes);
  await inbox.addReceipt({
    digest: `0x${createHash('sha256').update(bytes).digest('hex')}`,
    decoded: { subject, shares },
  });
}

function ledgerStore(node: NodePeers): LedgerStore {
  return {
    async read(digest, options) {
      try {
        return await node.blocks.get(cid(ledgerCid(digest)), options);
      } catch (error) {
        if (toTributaryError(error).code === 'BLOCK_NOT_FOUND') return undefined;
        throw error;
      }
    },
    async publish(bytes) {
      await node.announce({ kind: 'ledger', scope: '', cid: await node.blocks.put(bytes, 'raw') });
    },
  };
}

/** Starts the node and, with an interval, the keeper's steps. Rejects with what node and settlement throw. */
export async function startKeeper({
  folder,
  deployment,
  wallet,
  relays,
  intervalSeconds,
  onEvent = () => undefined,
}: StartKeeperParameters): Promise<KeeperNode> {
  const inbox = await openInbox(folder, deployment);
  const node = await startNodePeers({ folder: path.join(folder, 'peer'), relays });
  const ledgers = ledgerStore(node);
  const chain = openSettlement({ deployment, wallet, ledgerSource: ledgers.read });
  const keeper = createKeeper({ chain, account: wallet.address, inbox, ledgers });
  node.subscribe((announcement) => {
    hear(node, inbox, announcement).catch((error: unknown) =>
      onEvent({
        kind: 'refused',
        what: announcement.kind,
        cid: announcement.cid,
        message: toTributaryError(error).message,
      }),
    );
  });
  const abort = new AbortController();
  const running =
    intervalSeconds === undefined
      ? undefined
      : runKeeper({ keeper, intervalSeconds, signal: abort.signal, report: onEvent });
  return {
    keeper,
    async stop() {
      abort.abort();
      await running;
      await node.stop();
    },
  };
}
