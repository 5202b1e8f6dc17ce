// The node of a Node program: files and LevelDB in one folder. With `listen`, it accepts connections, relays for browsers and
// lets them find each other. Not for the browser.
import path from 'node:path';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import * as dagCbor from '@ipld/dag-cbor';
import { circuitRelayServer } from '@libp2p/circuit-relay-v2';
import { gossipsub } from '@libp2p/gossipsub';
import { identify, identifyPush } from '@libp2p/identify';
import { keychain } from '@libp2p/keychain';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { FsBlockstore } from 'blockstore-fs';
import { LevelDatastore } from 'datastore-level';
import { createHeliaLight } from 'helia';
import { CID } from 'multiformats/cid';
import type { Cid } from '../lib/units.ts';
import { createPeers, type PeersWithHeads } from './createPeers.ts';
import { openFileState } from './nodeState.ts';
import { persistentWebRtcDirect } from './persistentWebRtcDirect.ts';
import { HEADS_TOPIC, MAX_GOSSIP_BYTES } from './protocol.ts';
import type { ReceivedAnnouncement } from './types.ts';

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
  readonly admit?: (announcement: ReceivedAnnouncement, node: NodePeers) => Promise<boolean>;
}

export interface NodePeers extends PeersWithHeads {
  /** Deletes these blocks from this node's store; those that are not in it are skipped. */
  deleteBlocks(cids: readonly Cid[]): Promise<void>;
}

export async function startNodePeers({
  folder,
  relays = [],
  listen = [],
  announce = [],
  admit,
}: NodePeersParameters): Promise<NodePeers> {
  const blockstore = new FsBlockstore(path.join(folder, 'blocks'));
  const datastore = new LevelDatastore(path.join(folder, 'data'));
  await blockstore.open();
  await datastore.open();
  const state = await openFileState(path.join(folder, 'state'));
  const helia = withBitswap(
    withLibp2pLight(createHeliaLight({ blockstore, datastore, codecs: [dagCbor] }), {
      addresses: { listen: [...listen], announce: [...announce] },
      // Addresses that cannot be listened on are left out; the relay checks which remain.
      transportManager: { faultTolerance: 1 },
      transports: [webSockets(), ...(listen.length > 0 ? [persistentWebRtcDirect()] : [])],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false },
      // Browsers behind one proxy share one host: libp2p's limit of five new connections per second and host is too low.
      connectionManager: { maxConnections: 500, inboundConnectionThreshold: 50 },
      services: {
        identify: identify(),
        identifyPush: identifyPush(),
        ping: ping(),
        keychain: keychain(),
        pubsub: gossipsub({
          allowPublishToZeroTopicPeers: true,
          maxInboundDataLength: MAX_GOSSIP_BYTES,
          allowedTopics: [HEADS_TOPIC],
          doPX: listen.length > 0,
        }),
        // Two minutes and 128 KiB per relayed connection: enough to set up WebRTC, too little to carry data.
        ...(listen.length > 0
          ? { relay: circuitRelayServer({ reservations: { maxReservations: 256, applyDefaultLimit: true } }) }
          : {}),
      },
    }),
    {},
  );
  await helia.start();
  let node: NodePeers | undefined;
  const peers = await createPeers({
    helia,
    state,
    relays,
    dialsProviders: false,
    ...(admit === undefined ? {} : { admit: async (announcement) => node !== undefined && admit(announcement, node) }),
    close: async () => {
      await datastore.close();
      await blockstore.close();
    },
  });
  node = {
    ...peers,
    async deleteBlocks(cids) {
      // Not by Helia, whose delete asks content routers to withdraw records that were never published.
      for (const cid of cids) await blockstore.delete(CID.parse(cid));
    },
  };
  return node;
}
