// The node of a Node program: files and LevelDB in one folder. With `listen`, it accepts connections, relays for browsers and
// lets them find each other. Not for the browser.
import { mkdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import * as dagCbor from '@ipld/dag-cbor';
import { circuitRelayServer } from '@libp2p/circuit-relay-v2';
import { loadOrCreateSelfKey } from '@libp2p/config';
import { gossipsub } from '@libp2p/gossipsub';
import { identify, identifyPush } from '@libp2p/identify';
import { keychain } from '@libp2p/keychain';
import { noise } from '@libp2p/noise';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { ping } from '@libp2p/ping';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { FsBlockstore } from 'blockstore-fs';
import { createHeliaLight } from 'helia';
import { CID } from 'multiformats/cid';
import type { Cid } from '../lib/units.ts';
import { bitswapSettings } from './bitswapSettings.ts';
import { createConnectionGuard } from './connectionGuard.ts';
import { createPeers, type PeersWithHeads } from './createPeers.ts';
import { guardListeners } from './guardListeners.ts';
import { deleteOtherBlocks, openFileState, openLevel, removeHalfWritten } from './nodeState.ts';
import { persistentWebRtcDirect } from './persistentWebRtcDirect.ts';
import { HEADS_TOPIC, MAX_GOSSIP_BYTES } from './protocol.ts';
import { guardReservations } from './reservations.ts';
import { storageFull } from './storageFull.ts';
import type { Announcement, AnnouncementKind, ReceivedAnnouncement, Verdict } from './types.ts';
import { createWitnessing } from './witness.ts';

export { openFileState } from './nodeState.ts';
export type { StateStore } from './stateStore.ts';
export type * from './types.ts';

export interface NodePeersParameters {
  /** Folder for identity, blocks and state. */
  readonly folder: string;
  readonly relays?: readonly string[];
  /** Multiaddrs to listen on; with any, this node also relays. Default none. */
  readonly listen?: readonly string[];
  /** Multiaddrs by which the world reaches `listen`, when a proxy stands before it. */
  readonly announce?: readonly string[];
  /** Connections of one address, an IPv6 network of 64 bits counting as one; default 128. Behind a proxy all have its address. */
  readonly connectionsPerAddress?: number;
  /** Heads that are listed, by kind; of kinds that are not named the usual number. */
  readonly maxHeads?: Partial<Record<AnnouncementKind, number>> | undefined;
  /** Decides what is listed; what it keeps is witnessed with this node's key. */
  readonly keeping?: NodeKeeping;
}

/** `Keeping` of a node, which it is handed. */
export interface NodeKeeping {
  /** Called at the start with what is listed. Returns the blocks of that: all others are deleted, for example what a kill left of a fetch. */
  opened(listed: readonly Announcement[]): Promise<Iterable<Cid>>;
  admit(announcement: ReceivedAnnouncement, place: string, node: NodePeers): Promise<Verdict>;
  isKept(announcement: Announcement): boolean;
  forget(announcement: Announcement, node: NodePeers): void;
}

export interface NodePeers extends PeersWithHeads {
  /** Deletes these blocks from this node's store; those that are not in it are skipped. */
  deleteBlocks(cids: readonly Cid[]): Promise<void>;
  /** Throws `STORAGE_FULL` unless the disk has room for `bytes`, and for the databases to go on and start again after them. */
  requireSpace(bytes: number): Promise<void>;
}

/** What somebody owns: who was first with it is decided by witnesses. */
const WITNESSED_KINDS: readonly AnnouncementKind[] = ['contribution', 'adapter'];
/** Room on the disk that blocks leave to the databases, which cannot even be opened on a full one. */
const MAX_RESERVE_BYTES = 64 << 20;
const RESERVE_SHARE = 0.1;
const MAX_CONNECTIONS = 500;
const MAX_PENDING = 512;
const MAX_PENDING_PER_ADDRESS = 64;
const CONNECTIONS_PER_ADDRESS = 128;
const MAX_RESERVATIONS = 256;
/** Of the connections of one address. */
const RESERVATIONS_SHARE = 1 / 2;
/** From the first moment of a socket to a proven identity: a second on a slow line. */
const HANDSHAKE_MILLISECONDS = 5_000;

/** Starts a node on the stores of `folder`. Throws `FOLDER_IN_USE`, `RELAY_ADDRESS_INVALID`, and what the file system throws. */
export async function startNodePeers(parameters: NodePeersParameters): Promise<NodePeers> {
  const opened: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    return await start(parameters, opened, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  {
    folder,
    relays = [],
    listen = [],
    announce = [],
    connectionsPerAddress = CONNECTIONS_PER_ADDRESS,
    maxHeads,
    keeping,
  }: NodePeersParameters,
  opened: (() => unknown)[],
  close: () => Promise<void>,
): Promise<NodePeers> {
  const blockFolder = path.join(folder, 'blocks');
  await mkdir(folder, { recursive: true });
  // First of all, so that a second program finds the folder taken before it touches anything in it.
  const datastore = await openLevel(path.join(folder, 'data'));
  opened.push(() => datastore.close());
  const blockstore = new FsBlockstore(blockFolder);
  await blockstore.open();
  opened.push(() => blockstore.close());
  await removeHalfWritten(blockFolder);
  const privateKey = await loadOrCreateSelfKey(datastore);
  const relay = peerIdFromPrivateKey(privateKey).toString();
  const witnesses = keeping === undefined ? undefined : await openFileState(path.join(folder, 'witness'));
  if (witnesses !== undefined) opened.push(() => witnesses.close());
  const witness =
    witnesses === undefined
      ? undefined
      : await createWitnessing({ relay, privateKey, state: witnesses, now: Date.now });
  const state = await openFileState(path.join(folder, 'state'));
  opened.push(() => state.close());
  const guard = guardListeners(
    createConnectionGuard({
      handshakeMilliseconds: HANDSHAKE_MILLISECONDS,
      pendingPerAddress: MAX_PENDING_PER_ADDRESS,
      pending: MAX_PENDING,
      openPerAddress: connectionsPerAddress,
    }),
  );
  const listens = listen.length > 0;
  const reservations = guardReservations(connectionsPerAddress * RESERVATIONS_SHARE);
  const helia = withBitswap(
    withLibp2pLight(createHeliaLight({ blockstore, datastore, codecs: [dagCbor] }), {
      privateKey,
      addresses: { listen: [...listen], announce: [...announce] },
      // Addresses that cannot be listened on are left out; the relay checks which remain.
      transportManager: { faultTolerance: 1 },
      transports: [guard.guardWebSockets(webSockets()), ...(listens ? [persistentWebRtcDirect()] : [])],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: {
        denyDialMultiaddr: () => false,
        ...(listens ? { ...guard.gater, ...reservations.gater } : {}),
      },
      // Limits for each address are the guard's: libp2p counts what is pending of all addresses together, and by default five new
      // connections per second and host, which is too low for browsers behind one proxy.
      connectionManager: {
        maxConnections: MAX_CONNECTIONS,
        inboundConnectionThreshold: 100,
        maxIncomingPendingConnections: 2 * MAX_PENDING,
        inboundUpgradeTimeout: HANDSHAKE_MILLISECONDS,
      },
      services: {
        identify: identify(),
        identifyPush: identifyPush(),
        ping: ping(),
        keychain: keychain(),
        pubsub: gossipsub({
          allowPublishToZeroTopicPeers: true,
          maxInboundDataLength: MAX_GOSSIP_BYTES,
          allowedTopics: [HEADS_TOPIC],
          doPX: listens,
        }),
        // Two minutes and 128 KiB per relayed connection: enough to set up WebRTC, too little to carry data.
        ...(listens
          ? {
              relay: reservations.guardRelay(
                circuitRelayServer({ reservations: { maxReservations: MAX_RESERVATIONS, applyDefaultLimit: true } }),
              ),
            }
          : {}),
      },
    }),
    bitswapSettings,
  );
  await helia.start();
  // What is opened last is closed first: the node writes to its stores until it has stopped.
  opened.push(() => helia.stop());
  let node: NodePeers | undefined;
  const peers = await createPeers({
    helia,
    state,
    relays,
    dialsProviders: false,
    maxHeads,
    ...(keeping === undefined
      ? {}
      : {
          keeping: {
            opened: async (listed) => deleteOtherBlocks(blockFolder, await keeping.opened(listed)),
            admit: async (announcement, place) =>
              node === undefined ? { outcome: 'later' } : keeping.admit(announcement, place, node),
            isKept: keeping.isKept,
            forget: (announcement) => {
              if (node !== undefined) keeping.forget(announcement, node);
            },
          },
        }),
    ...(witness === undefined
      ? {}
      : { witness: async ({ kind, cid }) => (WITNESSED_KINDS.includes(kind) ? witness(cid) : undefined) }),
    close,
  });
  node = {
    ...peers,
    async deleteBlocks(cids) {
      // Not by Helia, whose delete asks content routers to withdraw records that were never published.
      for (const cid of cids) await blockstore.delete(CID.parse(cid));
    },
    async requireSpace(bytes) {
      const { bavail, blocks, bsize } = await statfs(folder);
      const reserve = Math.min(MAX_RESERVE_BYTES, RESERVE_SHARE * blocks * bsize);
      if (bavail * bsize < bytes + reserve) throw storageFull();
    },
  };
  return node;
}
