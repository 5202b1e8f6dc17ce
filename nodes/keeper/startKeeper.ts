// A keeper as a peer like any other: it hears of vouchers and receipts from relays, and publishes ledgers to them.
import path from 'node:path';
import { decodeReceipt } from '../../src/attribution/index.ts';
import { toTributaryError } from '../../src/lib/errors.ts';
import { startNodePeers } from '../../src/peers/node.ts';
import {
  type ConnectedWallet,
  type Deployment,
  memoryEventTables,
  openSettlement,
} from '../../src/settlement/index.ts';
import { createKeeper, type Keeper, type KeeperEvent } from '../../src/workflows/epochs/createKeeper.ts';
import { hearAnnouncement } from '../../src/workflows/epochs/hearAnnouncement.ts';
import { peerLedgers } from '../../src/workflows/epochs/peerLedgers.ts';
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

/** Starts the node and, with an interval, the keeper's steps. Rejects with what node and settlement throw. */
export async function startKeeper({
  folder,
  deployment,
  wallet,
  relays,
  intervalSeconds,
  onEvent = () => undefined,
}: StartKeeperParameters): Promise<KeeperNode> {
  const chain = openSettlement({ deployment, wallet, tables: memoryEventTables() });
  const { inbox, close } = await openInbox(folder, deployment);
  const node = await startNodePeers({ folder: path.join(folder, 'peer'), relays });
  const ledgers = peerLedgers(async () => node);
  const keeper = createKeeper({ chain, account: wallet.address, inbox, ledgers });
  node.subscribe((announcement) => {
    const { kind: what, cid } = announcement;
    const refuse = (message: string): void => onEvent({ kind: 'refused', what, cid, message });
    hearAnnouncement({ announcement, blocks: node.blocks, inbox, decodeReceipt }).then(
      (heard) => {
        if (heard === 'invalid') refuse('Its signature is not its signer’s.');
      },
      (error: unknown) => refuse(toTributaryError(error).message),
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
      await close();
    },
  };
}
